import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import type { AccountEvents } from '../account/account-events.ts';
import type { RateLimits } from '../http/rate-limits.ts';
import type { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import type { SessionStore } from '../sessions/session.store.ts';
import type { ApiSettings } from '../settings.ts';
import type { MailStore } from './mail.store.ts';
import type { PasskeyRooms } from './passkey-plugin.ts';
import type { SsoRooms } from './sso-plugin.ts';

/** What the auth library is given of ours. */
export interface PeopleDeps {
  readonly db: ControlDb;
  readonly settings: ApiSettings;
  readonly mails: MailStore;
  readonly sessions: SessionStore;
  readonly events: AccountEvents;
  readonly limits: RateLimits;
  readonly passkeys: PasskeyRooms;
  readonly sso: Pick<SsoRooms, 'begin' | 'finish'>;
  readonly ensureTenancy: EnsureTenancy;
  readonly clock: Clock;
  readonly logger: Logger;
}
