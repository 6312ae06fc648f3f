import 'server-only';
import { EnvError, parseEnv } from '@weir/runtime/env';
import { mailEnv, mailSettings } from '@weir/runtime/mail-env';

/** Whether mail is shown on this machine instead of being sent. Who may read it is decided by the API. */
export function hasLocalOutbox(): boolean {
  try {
    return mailSettings(parseEnv(mailEnv, process.env)).outboxKey !== null;
  } catch (cause) {
    // The API refuses to start on such settings, and says why.
    if (cause instanceof EnvError) return false;
    throw cause;
  }
}
