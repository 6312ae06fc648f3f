import type {
  BodyInputOf,
  OperationShape,
  ParamsOf,
  QueryInputOf,
  ResponseOf,
} from '@weir/contracts/operation';
import type { z } from 'zod';

/** What came back, kept as text too, for comparing to the byte. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** null when the answer was not JSON. */
  readonly body: unknown;
}

type Given<Name extends string, Value> = Value extends undefined
  ? unknown
  : { readonly [name in Name]: Value };
type Loosely<Value> = Value extends undefined ? undefined : { readonly [name in keyof Value]: string };

/** The parts that an operation takes, as a caller writes them. */
export type Parts<O extends OperationShape> = Given<'params', Loosely<ParamsOf<O>>> &
  Given<'body', BodyInputOf<O>> & { readonly query?: Partial<Record<keyof QueryInputOf<O>, string>> };

/** A client as a program would write it: fetch, with a cookie or a key. */
export class ApiClient {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.url = url;
    this.headers = headers;
  }

  with(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.url, { ...this.headers, ...headers });
  }

  withKey(id: string, secret: string | undefined): ApiClient {
    const credentials = Buffer.from(`${id}:${secret ?? ''}`).toString('base64');
    return new ApiClient(this.url, { authorization: `Basic ${credentials}` });
  }

  async signUp(person: { name: string; email: string; password: string }): Promise<ApiClient> {
    const answer = await this.send('POST', '/auth/sign-up/email', person);
    if (answer.status !== 200) throw new Error(`sign-up failed: ${answer.status} ${answer.text}`);
    const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]);
    return this.with({ cookie: cookie.join('; ') });
  }

  /** Expects the operation to succeed, and its reply to be what the contract says. */
  async call<O extends OperationShape>(operation: O, parts: Parts<O>): Promise<ResponseOf<O>> {
    const answer = await this.try(operation, parts);
    if (answer.status !== operation.status) {
      throw new Error(`${operation.id} answered ${answer.status}: ${answer.text}`);
    }
    const schema: z.ZodType | null = operation.response;
    // ResponseOf is what this very schema puts out, or undefined where there is none.
    return (schema ? schema.parse(answer.body) : undefined) as ResponseOf<O>;
  }

  /** Whatever comes back. */
  try<O extends OperationShape>(operation: O, parts: Parts<O>): Promise<Answer> {
    const given = parts as {
      params?: Record<string, string>;
      body?: unknown;
      query?: Record<string, string>;
    };
    const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(given.params?.[name] ?? ''),
    );
    const query = given.query ? `?${new URLSearchParams(given.query)}` : '';
    return this.send(operation.method, path + query, given.body);
  }

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const payload =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { ...this.headers, 'content-type': 'application/json' } };
    const response = await fetch(this.url + path, { method, headers: this.headers, ...payload });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
    const parsed: unknown = json ? JSON.parse(text) : null;
    return { status: response.status, headers: response.headers, text, body: parsed };
  }
}
