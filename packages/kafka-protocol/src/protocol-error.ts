/** What a codec can refuse a message with; each is a Kafka error name, so that it can be answered as such. */
export type ProtocolErrorName = 'INVALID_REQUEST' | 'UNSUPPORTED_VERSION' | 'UNKNOWN_SERVER_ERROR';

/**
 * Bytes that are no message, or a value that its version cannot carry. `errorName` is the Kafka error to
 * answer with where an answer is possible at all.
 */
export class ProtocolError extends Error {
  readonly errorName: ProtocolErrorName;

  constructor(errorName: ProtocolErrorName, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.errorName = errorName;
  }
}

/** A message with more array elements than its reader was told to take. */
export class TooManyElementsError extends ProtocolError {
  constructor() {
    super('INVALID_REQUEST', 'the arrays of the request hold more elements than are taken');
    this.name = 'TooManyElementsError';
  }
}

/** Compressed bytes that hold more than the caller takes; nothing says that they are malformed. */
export class OutputTooLargeError extends ProtocolError {
  constructor(message: string) {
    super('INVALID_REQUEST', message);
    this.name = 'OutputTooLargeError';
  }
}
