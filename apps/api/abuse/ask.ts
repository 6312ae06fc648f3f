import { Agent, type ClientRequest, type IncomingHttpHeaders, maxHeaderSize, request } from 'node:http';
import type { Request as Generated } from './generate-cases.ts';

export interface Reply {
  /** 0: the connection ended without an answer. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its first mebibyte. */
  readonly text: string;
  readonly ms: number;
  /** Why there is no answer, or null. */
  readonly failure: string | null;
}

/** As generated ones are, or with bytes that are no text. */
export type Question = Omit<Generated, 'body'> & { readonly body?: string | Buffer };

const textBytesMax = 1024 * 1024;
/** Waited for an answer; far longer than any may take, so that slow ones are seen as slow. */
export const answerMsMax = 12_000;

/**
 * Whether a reset is how a 431 arrived. A server that refuses a head as too long closes while the rest of it is still
 * coming, and the reset that answers the rest may overtake the answer (RFC 9112, section 9.6).
 */
const isRefusedHead = (outgoing: ClientRequest, cause: NodeJS.ErrnoException): boolean => {
  if (cause.code !== 'ECONNRESET' && cause.code !== 'EPIPE') return false;
  const fields = Object.entries(outgoing.getHeaders()).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.byteLength(outgoing.path + fields.join('')) > maxHeaderSize;
};

/** Asks from one address of loopback, over a bounded number of connections. */
export class Asker {
  readonly #agent: Agent;
  readonly #port: number;
  readonly #from: string;

  constructor(port: number, from: string, socketsMax: number, keepAlive = true) {
    this.#port = port;
    this.#from = from;
    this.#agent = new Agent({ keepAlive, maxSockets: socketsMax });
  }

  /** Never rejects: what goes wrong is the answer. */
  ask({ method, path, body, headers }: Question): Promise<Reply> {
    const begunMs = performance.now();
    return new Promise((resolve) => {
      const end = (status: number, failure: string | null) =>
        resolve({ status, headers: {}, text: '', ms: performance.now() - begunMs, failure });
      const payload = body === undefined ? null : typeof body === 'string' ? Buffer.from(body) : body;
      const outgoing = request({
        ...{ host: '127.0.0.1', port: this.#port, localAddress: this.#from, agent: this.#agent },
        ...{ method, path, timeout: answerMsMax },
        headers: {
          ...(payload && { 'content-type': 'application/json', 'content-length': String(payload.length) }),
          ...headers,
        },
      });
      outgoing
        .on('error', (cause) => (isRefusedHead(outgoing, cause) ? end(431, null) : end(0, cause.message)))
        .on('timeout', () => outgoing.destroy(new Error('no answer')));
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length <= textBytesMax) chunks.push(chunk);
        });
        incoming.on('error', (cause) => end(0, cause.message));
        incoming.on('end', () => {
          const { statusCode: status = 0, headers: received } = incoming;
          const text = Buffer.concat(chunks).toString();
          resolve({ status, headers: received, text, ms: performance.now() - begunMs, failure: null });
        });
      });
      outgoing.end(payload);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
