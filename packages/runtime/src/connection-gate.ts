import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Refused connections of one peer in a second, beyond which those that it opens anew end as they come. */
const refusedPerSecondMax = 100;
const windowMs = 1_000;
/** Peers that are counted at a time; beyond that the count begins anew. */
const peersMax = 10_000;

/**
 * Stands before everything else of the server. A connection of which a request was refused for being one too many
 * ends: whatever is pipelined behind costs nothing but its parsing. Who opens such connections again and again is not
 * let in for the rest of the second. That goes by the socket's own address: what a proxy that proves itself hands on
 * is never counted against the proxy.
 */
export class ConnectionGate {
  readonly #ended = new WeakSet<Socket>();
  readonly #refused = new Map<string, number>();
  #windowEndsMs = 0;

  /** To be called when the server has its one handler of requests. */
  guard(server: Server): void {
    const [handle] = server.listeners('request');
    if (handle === undefined) throw new Error('a server without a handler has nothing to guard');
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (!this.#ended.has(request.socket)) handle.call(server, request, response);
    });
    server.prependListener('connection', (socket: Socket) => {
      if (this.#isBarred(socket.remoteAddress ?? '')) socket.destroy();
    });
  }

  /** The answer to this request, which is still to be written, is the last of its connection. `address`: whose it is. */
  refuse(request: IncomingMessage, response: ServerResponse, address: string | null): void {
    const { socket } = request;
    this.#ended.add(socket);
    response.setHeader('Connection', 'close');
    const peer = socket.remoteAddress ?? '';
    // An IPv4 peer is written as one of IPv6 where both are listened to.
    if (address === null || !peer.endsWith(address)) return;
    this.#roll();
    if (this.#refused.size >= peersMax) this.#refused.clear();
    this.#refused.set(peer, (this.#refused.get(peer) ?? 0) + 1);
  }

  #isBarred(peer: string): boolean {
    this.#roll();
    return (this.#refused.get(peer) ?? 0) > refusedPerSecondMax;
  }

  #roll(): void {
    const nowMs = performance.now();
    if (nowMs < this.#windowEndsMs) return;
    this.#windowEndsMs = nowMs + windowMs;
    this.#refused.clear();
  }
}
