import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';

export type { Logger } from 'pino';

/** Fields that may hold a secret, wherever they stand in what is logged, up to three levels deep. */
const secretFields = ['password', 'secret', 'token', 'authorization', 'cookie', 'set-cookie'];
const redactedPaths = secretFields.flatMap((field) => {
  const last = `["${field}"]`;
  return [last, `*${last}`, `*.*${last}`];
});

/** Structured logs: one JSON object a line on stdout, with ISO times and the process's name. */
export const createLogger = (
  service: string,
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent' = 'info',
  destination?: DestinationStream,
): Logger => {
  const options = {
    name: service,
    level,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: '[redacted]' },
    // Both names that errors are logged under; pino's own serializer would copy every field.
    serializers: {
      err: (error: unknown) => errorFields(error),
      error: (error: unknown) => errorFields(error),
    },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(options, destination) : pino(options);
};
