import { HttpException } from '@nestjs/common';
import type { CloudError, CloudErrors, KafkaRestError } from '@weir/contracts/errors';
import type { AuthError } from '@weir/contracts/people';
import { isUnavailable } from '@weir/db/control';
import { StoreError } from '@weir/metadata-store/port';
import { InvalidInput } from './read-input.ts';
import { Refused } from './refused.ts';

export interface ErrorAnswer {
  readonly status: number;
  readonly body: CloudErrors | KafkaRestError | AuthError;
  /** Ours, not the caller's: to be logged with its cause. */
  readonly unexpected: boolean;
  /** RFC 9110, 10.2.3; of each 429 and 503. */
  readonly retryAfterSeconds?: number;
}

/** What an error looks like to the caller: pure, and the only place that decides it. */
export const answerOf = (error: unknown, path: string, requestId: string): ErrorAnswer => {
  const found = describe(error);
  const { status, retryAfterSeconds = againSeconds(status) } = found[0];
  return {
    status,
    body: bodyOf(found, path, requestId),
    unexpected: status >= 500 && !(error instanceof Refused),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
};

const againSeconds = (status: number): number | undefined =>
  status === 429 || status === 503 ? 1 : undefined;

const bodyOf = (
  found: readonly [Described, ...Described[]],
  path: string,
  requestId: string,
): ErrorAnswer['body'] => {
  const { code, kafkaCode, status } = found[0];
  const message = found.map((one) => one.detail).join(' ');
  if (path.startsWith('/auth/')) return { code, message };
  if (!path.startsWith('/kafka/v3')) return { errors: found.map((one) => cloudError(one, requestId)) };
  return { error_code: kafkaCode ?? kafkaCodes[status] ?? status * 100 + 1, message };
};

interface Described {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly kafkaCode?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly source?: CloudError['source'];
}

/** Codes of Kafka REST v3 for what has no more precise one. */
const kafkaCodes: Readonly<Record<number, number>> = { 400: 40002, 401: 40101, 403: 40301, 404: 40401 };

const describe = (error: unknown): readonly [Described, ...Described[]] => {
  if (error instanceof Refused) return [{ ...fieldsOf(error), detail: error.message }];
  if (error instanceof InvalidInput) {
    const [first, ...rest] = error.problems.map((problem) => ({ ...invalidRequest, ...problem }));
    return [first ?? { ...invalidRequest, detail: error.message }, ...rest];
  }
  if (isUnavailable(error) || error instanceof StoreError) return [unreachable];
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (status === 404) return [routeUnknown];
  if (status === 413) return [tooLarge];
  if (status >= 400 && status < 500) return [{ ...invalidRequest, status, detail: messageOf(error) }];
  return [internal];
};

const fieldsOf = ({ status, code, title, kafkaCode, retryAfterSeconds, source }: Refused) => ({
  status,
  code,
  title,
  kafkaCode,
  retryAfterSeconds,
  ...(source === undefined ? {} : { source }),
});

const invalidRequest = { status: 400, code: 'invalid_request', title: 'Invalid request' };
const routeUnknown: Described = {
  status: 404,
  code: 'not_found',
  title: 'Not found',
  detail: 'There is nothing at this path. /docs lists what there is.',
};
const tooLarge: Described = {
  status: 413,
  code: 'too_large',
  title: 'Too large',
  detail: 'The body is larger than this path takes. Send less at a time.',
};
const unreachable: Described = {
  status: 503,
  code: 'unavailable',
  title: 'Unavailable',
  detail: 'A store of this cloud does not answer at the moment. Try again in a few seconds.',
  kafkaCode: 50301,
};
const internal: Described = {
  status: 500,
  code: 'internal',
  title: 'Internal error',
  detail: 'Something failed on our side. Try again; if it stays, report the request id.',
};

/** Body parsers mark their errors with a status. */
const statusOf = (error: unknown): number => {
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'The request is not valid.';

const cloudError = (one: Described, requestId: string): CloudError => ({
  id: requestId,
  status: String(one.status),
  code: one.code,
  title: one.title,
  detail: one.detail,
  ...(one.source ? { source: one.source } : {}),
});
