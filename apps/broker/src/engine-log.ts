import type { Log, LogFields } from '@weir/broker/deps';
import type { Logger } from '@weir/runtime/logger';

/** The engine's structured lines in the form of all our processes. */
export function engineLog(logger: Logger): Log {
  return {
    info: (event, fields) => logger.info(fields ?? {}, event),
    warn: (event, fields, cause) => logger.warn(withCause(fields, cause), event),
    error: (event, fields, cause) => logger.error(withCause(fields, cause), event),
  };
}

function withCause(fields: LogFields | undefined, cause: unknown): object {
  return cause === undefined ? { ...fields } : { ...fields, err: cause };
}
