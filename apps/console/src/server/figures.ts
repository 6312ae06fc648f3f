import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** What a request was about: a page or a file of one, or a call that goes on to the API. */
export type RequestKind = 'page' | 'api';

const forwardedHeaders = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'];

/** The figures of this process, as Prometheus reads them. One instance a console. */
export class ConsoleFigures {
  readonly registry = new Registry();
  readonly #requests: Histogram<'kind' | 'status'>;
  readonly #token: string | null;

  /** `token`: whoever has it reads the figures from elsewhere; null: only this machine does. */
  constructor(token: string | null) {
    this.#token = token;
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'weir_console_request_duration_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['kind', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    });
  }

  /** Counts the request once its answer has ended, or its reader has gone. */
  watch(kind: RequestKind, response: ServerResponse): void {
    const startedAt = performance.now();
    response.once('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      this.#requests.observe({ kind, status: String(response.statusCode) }, seconds);
    });
  }

  /** For this machine, asked directly, and for who has the token, as of the API. */
  mayRead(request: IncomingMessage): boolean {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (this.#token !== null && token !== undefined && isSame(token, this.#token)) return true;
    const isForwarded = forwardedHeaders.some((name) => request.headers[name] !== undefined);
    return !isForwarded && isLoopback(request.socket.remoteAddress ?? '');
  }

  async show(response: ServerResponse): Promise<void> {
    const text = await this.registry.metrics();
    response.writeHead(200, { 'content-type': this.registry.contentType, 'cache-control': 'no-store' });
    response.end(text);
  }
}

const isLoopback = (address: string): boolean => address === '::1' || /^(::ffff:)?127\./i.test(address);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
/** Without telling by the time it takes how much of them is the same. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));
