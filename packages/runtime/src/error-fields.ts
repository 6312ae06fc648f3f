/** Longer chains of causes are cut: one that leads back to itself must not hang a process. */
const causesMax = 8;
/** Of an error about several others, as when a name has several addresses. */
const partsMax = 8;

export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/**
 * What of an error may stand in a log: its type, message, stack, code and causes. Nothing else: libraries
 * hang on it what they worked with, as ioredis the command that failed, which for AUTH is the password.
 */
export const errorFields = (error: unknown, depth = 0): unknown => {
  if (!(error instanceof Error)) return describeThrown(error);
  const within = depth < causesMax;
  const code = 'code' in error ? error.code : undefined;
  const errors = error instanceof AggregateError && within ? error.errors.slice(0, partsMax) : [];
  const fields: ErrorFields = {
    type: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause !== undefined && within ? { cause: errorFields(error.cause, depth + 1) } : {}),
    ...(errors.length > 0 ? { errors: errors.map((one) => errorFields(one, depth + 1)) } : {}),
  };
  return fields;
};

/** Whatever else was thrown: a primitive as it is, of an object only what kind it is. */
const describeThrown = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null
    ? { type: thrown.constructor?.name ?? 'object', message: 'something was thrown that is no error' }
    : thrown;
