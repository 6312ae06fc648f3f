/**
 * A request that is answered with an error for a reason that we expected. It is thrown, not returned, since
 * it must also undo the transaction that it is found in; only the error filter catches it.
 */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** Short and stable, for programs. */
  readonly code: string;
  readonly title: string;
  /** `error_code` where Kafka REST is spoken; otherwise it follows from the status. */
  readonly kafkaCode: number | undefined;
  readonly source: { readonly pointer?: string; readonly parameter?: string } | undefined;
  /** When it is worth to try again, seconds from now; a second where nobody says and the status is 429 or 503. */
  readonly retryAfterSeconds: number | undefined;

  constructor(refusal: {
    status: number;
    code: string;
    title: string;
    /** What happened and what to do. */
    detail: string;
    kafkaCode?: number;
    source?: { readonly pointer?: string; readonly parameter?: string };
    retryAfterSeconds?: number;
  }) {
    super(refusal.detail);
    this.status = refusal.status;
    this.code = refusal.code;
    this.title = refusal.title;
    this.kafkaCode = refusal.kafkaCode;
    this.source = refusal.source;
    this.retryAfterSeconds = refusal.retryAfterSeconds;
  }
}

/** One answer for what does not exist and for what the caller may not read: it never names what was asked. */
export const notFound = (): Refused =>
  new Refused({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is no such object, or it is not yours to see. Check the id and the key you used.',
  });

/** Only for what the caller may see. */
export const forbidden = (detail: string): Refused =>
  new Refused({ status: 403, code: 'forbidden', title: 'Forbidden', detail });

export const conflict = (code: string, detail: string): Refused =>
  new Refused({ status: 409, code, title: 'Conflict', detail });

export const invalid = (detail: string, pointer?: string): Refused =>
  new Refused({
    status: 400,
    code: 'invalid_request',
    title: 'Invalid request',
    detail,
    ...(pointer === undefined ? {} : { source: { pointer } }),
  });

export const unavailable = (detail: string): Refused =>
  new Refused({ status: 503, code: 'unavailable', title: 'Unavailable', detail });

/** Of one caller, while others go on. */
export const tooMany = (detail: string, retryAfterSeconds = 1): Refused =>
  new Refused({ status: 429, code: 'rate_limited', title: 'Too many requests', detail, retryAfterSeconds });

/**
 * What was asked for may have happened or not, and nobody can tell. An Idempotency-Key stays used: with the
 * same request under another key it might happen twice.
 */
export class OutcomeUnknown extends Refused {
  constructor(detail: string) {
    super({ status: 503, code: 'outcome_unknown', title: 'Outcome unknown', detail, kafkaCode: 50302 });
  }
}

export const methodNotAllowed = (method: string, allowed: readonly string[]): Refused =>
  new Refused({
    status: 405,
    code: 'method_not_allowed',
    title: 'Method not allowed',
    detail: `This path does not take ${method}. It takes ${allowed.join(' and ')}.`,
    kafkaCode: 405,
  });
