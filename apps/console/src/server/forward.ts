import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ConnectionGate } from '@weir/runtime/connection-gate';
import { beginSpan, type Span } from '@weir/runtime/tracing';
import { clientAddress } from './client-address.ts';
import type { ConsoleSettings } from './settings.ts';

/** What travels to the API: who asks, and what. Everything else of the browser's stays here. */
const forwarded = [
  ...['content-type', 'content-length', 'content-encoding', 'transfer-encoding'],
  ...['accept', 'cookie', 'origin', 'user-agent', 'idempotency-key', 'sec-fetch-site'],
];
const returned = [
  ...['content-type', 'content-length', 'cache-control', 'allow', 'www-authenticate', 'retry-after'],
  ...['x-request-id', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'set-cookie'],
];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What the API takes of somebody who is signed in, and of anybody, which is a form of /auth. */
export const bodyBytesMax = 2 * 1024 * 1024;
export const strangerBodyBytesMax = 16 * 1024;
/** From a request's first byte to its answer's. The API gives up sooner. */
const answerMsMax = 30_000;
/** Requests to the API at a time from one address, and connections that carry them. */
const requestsPerAddressMax = 64;
const socketsMax = 1_024;
/** A connection that was not used for longer is not used again: the API ends those of 6 s, perhaps at that moment. */
const idleSocketMsMax = 2_000;

const sessionCookie = /(?:^|;\s*)(?:__Host-)?weir\.session_token=/;
/** Figures for whoever runs the API, which are no page's. */
const closedPaths = /^\/(metrics|healthz|readyz)\/?$/i;

/** A call on its way to the API. */
interface Passed {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly bytesMax: number;
  readonly span: Span | null;
}

/** From here on the call is traced, where anything is. What its path names is the tenant's. */
const spanOf = (request: IncomingMessage, response: ServerResponse): Span | null => {
  const { method = '' } = request;
  const span = beginSpan(`console ${method}`, { kind: 'server' });
  response.once('close', () => {
    const status = response.statusCode;
    const attributes = { 'http.request.method': method, 'http.response.status_code': status };
    span?.end({ attributes, isFailed: status >= 500 });
  });
  return span;
};

/**
 * Hands the browser's API calls on, so that pages and API share one origin and one cookie. Bodies are counted
 * while they pass through, and nothing of them is kept here.
 */
export class ApiForwarder {
  readonly #settings: ConsoleSettings;
  readonly #openBy = new Map<string, number>();
  readonly #agent = new Agent({ keepAlive: true, maxSockets: socketsMax, timeout: idleSocketMsMax });

  readonly #report: (message: string, cause: unknown) => void;

  readonly #gate: ConnectionGate;

  constructor(
    settings: ConsoleSettings,
    gate: ConnectionGate,
    report: (message: string, cause: unknown) => void,
  ) {
    this.#settings = settings;
    this.#gate = gate;
    this.#report = report;
  }

  /** `path` is what stands behind /api, with its query. */
  forward(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (!methods.includes(request.method ?? '')) {
      response.setHeader('Allow', methods.join(', '));
      refuse(request, response, 405, 'This console does not hand that method on.');
      return;
    }
    const [pathname = ''] = path.split('?');
    if (closedPaths.test(decoded(pathname))) {
      refuse(request, response, 404, 'There is nothing at this path.');
      return;
    }
    const bytesMax = sessionCookie.test(request.headers.cookie ?? '') ? bodyBytesMax : strangerBodyBytesMax;
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
      refuse(request, response, 413, tooLargeText(bytesMax));
      return;
    }
    const address = clientAddress(request, this.#settings.trustedProxies) ?? 'unknown';
    const open = this.#openBy.get(address) ?? 0;
    if (open >= requestsPerAddressMax) {
      response.setHeader('Retry-After', '1');
      this.#gate.refuse(request, response, address);
      refuse(request, response, 429, 'Too many requests at once from your address. Wait for one.');
      return;
    }
    this.#openBy.set(address, open + 1);
    response.once('close', () => this.#leave(address));
    const span = spanOf(request, response);
    this.#pass({ request, response, path, bytesMax, span });
  }

  close(): void {
    this.#agent.destroy();
  }

  #leave(address: string): void {
    const left = (this.#openBy.get(address) ?? 1) - 1;
    if (left === 0) this.#openBy.delete(address);
    else this.#openBy.set(address, left);
  }

  /** `isAgain`: over a connection of its own, after one that had been used before turned out to be gone. */
  #pass(passed: Passed, isAgain = false): void {
    const { bytesMax, request, response } = passed;
    const upstream = this.#open(passed, isAgain);
    const timer = setTimeout(
      () => upstream.destroy(new Error('the API did not answer in time')),
      answerMsMax,
    );
    let isSettled = false;
    const settle = (): boolean => {
      clearTimeout(timer);
      const isFirst = !isSettled;
      isSettled = true;
      return isFirst;
    };
    const fail = (status: number, message: string) => {
      if (!settle()) return;
      upstream.destroy();
      refuse(request, response, status, message);
    };
    upstream.on('error', (cause) => {
      if (!isSettled && !isAgain && upstream.reusedSocket && isRepeatable(request)) {
        settle();
        this.#pass(passed, true);
        return;
      }
      if (!isSettled) this.#report('the API could not be asked', cause);
      // Gone, not up, or ended in the middle: either way the person can only try again.
      fail(502, 'The API cannot be reached. Try again in a moment.');
    });
    upstream.on('response', (answer) => {
      settle();
      giveBack(request, response, answer);
    });
    response.on('close', () => {
      settle();
      upstream.destroy();
    });
    if (isAgain) upstream.end();
    else passBody(request, upstream, bytesMax, () => fail(413, tooLargeText(bytesMax)));
  }

  #open({ path, request, span }: Passed, isAlone: boolean): ClientRequest {
    const { apiUrl } = this.#settings;
    const secure = apiUrl.protocol === 'https:';
    return (secure ? httpsRequest : httpRequest)({
      host: apiUrl.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: apiUrl.port === '' ? (secure ? 443 : 80) : apiUrl.port,
      path,
      method: request.method,
      headers: this.#headersOf(request, span),
      ...(isAlone ? { agent: false } : secure ? {} : { agent: this.#agent }),
    });
  }

  #headersOf(request: IncomingMessage, span: Span | null): Record<string, string | string[]> {
    const headers: Record<string, string | string[]> = {};
    for (const name of forwarded) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    if (span !== null) headers.traceparent = span.traceparent;
    // Whose address it is: believed by the API because of the secret that only its own console knows.
    const address = clientAddress(request, this.#settings.trustedProxies);
    if (address !== null) headers['x-forwarded-for'] = address;
    if (this.#settings.proxySecret !== null) headers['x-weir-proxy'] = this.#settings.proxySecret;
    return headers;
  }
}

/** Asked twice it does what it does once, and nothing of it has been passed on that is not here any more. */
const isRepeatable = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  headers['content-length'] === undefined &&
  headers['transfer-encoding'] === undefined;

const giveBack = (request: IncomingMessage, response: ServerResponse, answer: IncomingMessage): void => {
  const headers = returned.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Whoever is refused early must not go on sending.
  if (!request.complete) response.setHeader('Connection', 'close');
  response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  answer.on('error', () => response.destroy());
  answer.pipe(response);
};

/** Chunk by chunk, as fast as the API takes them, until there are more bytes than it may have. */
const passBody = (
  request: IncomingMessage,
  upstream: ReturnType<typeof httpRequest>,
  bytesMax: number,
  tooLarge: () => void,
): void => {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      request.removeAllListeners('data').pause();
      tooLarge();
    } else if (!upstream.write(chunk)) {
      request.pause();
    }
  });
  upstream.on('drain', () => request.resume());
  request.on('end', () => upstream.end());
  request.on('error', () => upstream.destroy());
};

/** Of a refused body: read and dropped, so that its sender gets to see the answer instead of a broken connection. */
const droppedBytesMax = 8 * 1024 * 1024;
const droppedMsMax = 2_000;

const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
  if (request.complete) return;
  let dropped = 0;
  const timer = setTimeout(() => request.destroy(), droppedMsMax);
  request.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > droppedBytesMax) request.destroy();
  });
  request.on('close', () => clearTimeout(timer)).resume();
};

const tooLargeText = (bytesMax: number): string =>
  bytesMax === bodyBytesMax
    ? 'The request is larger than 2 MiB.'
    : 'The request is larger than 16 KiB. Sign in to send more.';

/** As the API's router reads it; what cannot be decoded matches nothing there either. */
const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    // Left as it is: the API refuses it.
    return path;
  }
};
