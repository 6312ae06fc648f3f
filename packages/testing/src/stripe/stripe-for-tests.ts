import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type EventObject, StripeRefusal } from './objects.ts';
import { route } from './stripe-routes.ts';
import { StripeState } from './stripe-state.ts';

/**
 * `busy`: 429, and nothing happened. `lost`: it happened, and the answer did not come. `broken`: it happened, and the answer
 * is 500, which is what the same idempotency key gets from then on. `slow`: the answer does not come, and it happens only when
 * `slow` of the double resolves; its key and its customer are in use until then.
 */
export type StripeFault = 'busy' | 'lost' | 'broken' | 'slow';

export interface TestStripe {
  readonly url: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly state: StripeState;
  /** Asked before each change; null: all goes well. */
  fault: (path: string) => StripeFault | null;
  /** For what is `slow`. */
  slow: Promise<void>;
  /** Every change that was carried out, by its path. */
  readonly changes: string[];
  /** The code of every change that was refused, faults included. */
  readonly refusals: string[];
  /** As the provider would send it, signed that many seconds ago. */
  signed(event: EventObject, ageSeconds?: number, secret?: string): { body: Buffer; signature: string };
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Of a refusal. */
  readonly code: string | null;
}

interface Kept {
  readonly params: string;
  readonly atMs: number;
  /** null: it is under way. */
  answer: Answer | null;
}

const keptMs = 86_400_000;

/**
 * A payment provider on the loopback, as its documentation says that it behaves: what an idempotency key was answered is
 * answered again for a day, 500 included; other parameters under it are refused, and so is its use at the same time; a
 * customer changes by one call at a time. Requests that cannot be right are not kept.
 */
export const startTestStripe = async (now: () => number = Date.now): Promise<TestStripe> => {
  const state = new StripeState(now);
  const keys = new Map<string, Kept>();
  const busy = new Set<string>();
  const secretKey = `sk_test_${crypto.randomUUID()}`;
  const webhookSecret = `whsec_${crypto.randomUUID()}`;

  const carryOut = async (
    path: string,
    params: Readonly<Record<string, string>>,
    until: Promise<void>,
  ): Promise<Answer> => {
    const customer = params.customer ?? (path.startsWith('/v1/invoices/') ? customerOf(state, path) : path);
    if (busy.has(customer))
      return refusal(429, 'invalid_request_error', 'lock_timeout', 'This object is in use.');
    busy.add(customer);
    try {
      // Somebody else may come meanwhile.
      await until;
      const body = route(state, 'POST', path, params);
      double.changes.push(path);
      return { status: 200, body, code: null };
    } catch (cause) {
      return refused(cause);
    } finally {
      busy.delete(customer);
    }
  };

  const change = async (request: IncomingMessage, path: string, text: string): Promise<Answer | 'lost'> => {
    const params = Object.fromEntries(new URLSearchParams(text));
    const key = request.headers['idempotency-key'];
    const name = typeof key === 'string' ? key : crypto.randomUUID();
    const kept = keys.get(name);
    if (kept !== undefined && now() - kept.atMs < keptMs) {
      if (kept.answer === null)
        return refusal(409, 'idempotency_error', 'idempotency_key_in_use', 'The key is in use.');
      if (kept.params !== `${path} ${text}`)
        return refusal(400, 'idempotency_error', 'parameters', 'Keys are for the same parameters.');
      return kept.answer;
    }
    const fault = double.fault(path);
    if (fault === 'busy') return refusal(429, 'invalid_request_error', 'rate_limit', 'Too many requests.');
    const entry: Kept = { params: `${path} ${text}`, atMs: now(), answer: null };
    keys.set(name, entry);
    const finish = async (until: Promise<void>): Promise<Answer> => {
      const answer = await carryOut(path, params, until);
      const isKept = answer.status === 200 || answer.status === 402;
      if (!isKept) keys.delete(name);
      entry.answer =
        fault === 'broken' && isKept ? refusal(500, 'api_error', 'broken', 'Something went wrong.') : answer;
      return entry.answer;
    };
    if (fault === 'slow') {
      finish(double.slow).catch(failed);
      return 'lost';
    }
    const answer = await finish(new Promise((resolve) => setTimeout(resolve, 1)));
    return fault === 'lost' ? 'lost' : answer;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const url = new URL(request.url ?? '/', 'http://localhost');
    let given: Answer | 'lost';
    if (request.headers.authorization !== `Bearer ${secretKey}`)
      given = refusal(401, 'invalid_request_error', 'api_key', 'Invalid API Key provided.');
    else if (request.method === 'POST') {
      given = await change(request, url.pathname, Buffer.concat(chunks).toString());
      if (given !== 'lost' && given.code !== null) double.refusals.push(given.code);
    } else given = readOf(state, request.method === 'DELETE' ? 'DELETE' : 'GET', url);
    if (given === 'lost') {
      request.socket.destroy();
      return;
    }
    response.writeHead(given.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(given.body));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
      failed(cause);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const double: TestStripe = {
    ...{ url: `http://127.0.0.1:${port}`, secretKey, webhookSecret, state, changes: [], refusals: [] },
    fault: () => null,
    slow: Promise.resolve(),
    signed(event, ageSeconds = 0, secret = webhookSecret) {
      const body = Buffer.from(JSON.stringify(event));
      const time = Math.floor(Date.now() / 1_000) - ageSeconds;
      const digest = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
      return { body, signature: `t=${time},v1=${digest}` };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return double;
};

const failed = (cause: unknown): void => console.error('the payment provider of a test failed', cause);

const customerOf = (state: StripeState, path: string): string =>
  state.invoices.get(path.split('/')[3] ?? '')?.customer ?? path;

const readOf = (state: StripeState, method: 'GET' | 'DELETE', url: URL): Answer => {
  try {
    const body = route(state, method, url.pathname, Object.fromEntries(url.searchParams));
    return { status: 200, body, code: null };
  } catch (cause) {
    return refused(cause);
  }
};

const refused = (cause: unknown): Answer => {
  if (!(cause instanceof StripeRefusal)) throw cause;
  return refusal(cause.status, cause.type, cause.code, cause.message);
};

const refusal = (status: number, type: string, code: string, message: string): Answer => ({
  status,
  body: { error: { type, code, message } },
  code,
});
