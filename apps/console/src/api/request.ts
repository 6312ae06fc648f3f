import type {
  BodyInputOf,
  DryRunOf,
  OperationShape,
  ParamsOf,
  QueryInputOf,
  ResponseOf,
} from '@weir/contracts/operation';
import type { z } from 'zod';

/** What a call needs besides its operation; only what the operation has may, and must, be given. */
export type CallInput<O extends OperationShape> = (O extends { readonly params: z.ZodType }
  ? { readonly params: Readonly<Record<keyof ParamsOf<O>, string>> }
  : object) & {
  readonly query?: Partial<QueryInputOf<O>>;
  readonly body?: BodyInputOf<O>;
};

/** A refusal of the API, with the sentence that it gave. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Calls one operation. `base` has no slash at its end. Throws ApiError; the reply is what the contract says. */
export async function request<O extends OperationShape>(
  base: string,
  operation: O,
  input: CallInput<O>,
  init: RequestInit = {},
): Promise<ResponseOf<O>> {
  const response = await send(base, operation, input, init);
  // The API validates its replies against the same contract in its tests; here the type is trusted.
  return (operation.response === null ? undefined : await response.json()) as ResponseOf<O>;
}

/** Asks what an operation that replies nothing would come to; `input` has `dry_run` in its query. */
export async function requestDryRun<O extends OperationShape>(
  base: string,
  operation: O,
  input: CallInput<O>,
  init: RequestInit,
): Promise<DryRunOf<O>> {
  const response = await send(base, operation, input, init);
  // As above.
  return (await response.json()) as DryRunOf<O>;
}

async function send<O extends OperationShape>(
  base: string,
  operation: O,
  input: CallInput<O>,
  init: RequestInit,
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (input.body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(`${base}${pathOf(operation, input)}`, {
    ...init,
    method: operation.method,
    headers,
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  });
  if (!response.ok) throw await errorOf(response);
  return response;
}

function pathOf<O extends OperationShape>(operation: O, input: CallInput<O>): string {
  const given: { params?: Readonly<Record<string, string>>; query?: object } = input;
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = given.params?.[name];
    if (value === undefined) throw new Error(`${operation.id} needs ${name}`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    // Several of one name are repeated.
    for (const each of [value].flat()) if (each !== undefined) query.append(name, String(each));
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Reads the error bodies of the control plane, of Kafka REST and of the auth library. */
export async function errorOf(response: Response): Promise<ApiError> {
  const fallback = `The API answered ${response.status}. Try again in a moment.`;
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== 'object' || body === null) return new ApiError(response.status, 'unknown', fallback);
  if ('errors' in body && Array.isArray(body.errors)) {
    const first: { code?: string; detail?: string } = body.errors[0] ?? {};
    return new ApiError(response.status, first.code ?? 'unknown', first.detail ?? fallback);
  }
  // Of an error body from elsewhere these are taken if they are there.
  const {
    message,
    code,
    error_code: kafkaCode,
  } = body as { message?: string; code?: string; error_code?: number };
  return new ApiError(response.status, code ?? String(kafkaCode ?? 'unknown'), message ?? fallback);
}
