import { createServer, type Socket } from 'node:net';
import type { Listener, Network, Transport } from '../deps.ts';

/** TCP on this machine. Small answers leave at once (no Nagle). */
export const nodeNetwork: Network = {
  listen(host, port, accept) {
    return new Promise((resolve, reject) => {
      const sockets = new Set<Socket>();
      const server = createServer({ noDelay: true, highWaterMark: 256 * 1024 }, (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        accept(new SocketTransport(socket));
      });
      server.once('error', reject);
      server.listen({ host, port, backlog: 1024 }, () => {
        server.removeListener('error', reject);
        const address = server.address();
        const listener: Listener = {
          port: typeof address === 'object' && address !== null ? address.port : port,
          close: () => new Promise((closed) => server.close(() => closed())),
        };
        resolve(listener);
      });
    });
  },
};

interface TcpHandle {
  reading: boolean;
  readStart(): void;
  readStop(): void;
}

/**
 * A socket that is paused goes on to read until its stream's buffer is full, a quarter of a mebibyte that nobody
 * counts, and costs time that nobody gave it. Node stops at once only those that were made with `onread`, which a
 * server cannot do: this does what it does for them.
 */
function handleOf(socket: Socket): TcpHandle | null {
  const { _handle: handle } = socket as unknown as { readonly _handle: TcpHandle | null };
  return socket.connecting || socket.destroyed ? null : handle;
}

class SocketTransport implements Transport {
  readonly remoteAddress: string;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    // What went wrong shows as the close that follows; a peer that goes away is no fault of ours.
    socket.on('error', () => socket.destroy());
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.#socket.on('data', receive);
  }

  onClose(closed: () => void): void {
    this.#socket.once('close', closed);
  }

  write(buffers: readonly Buffer[], done: () => void): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) {
      done();
      return;
    }
    socket.cork();
    const last = buffers.length - 1;
    for (let index = 0; index < last; index += 1) {
      const buffer = buffers[index];
      if (buffer !== undefined) socket.write(buffer);
    }
    const final = buffers[last];
    // The callback also comes, with an error, when the socket is destroyed first.
    if (final === undefined) done();
    else socket.write(final, () => done());
    socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
    const handle = handleOf(this.#socket);
    if (handle?.reading !== true) return;
    handle.reading = false;
    handle.readStop();
  }

  resume(): void {
    const handle = handleOf(this.#socket);
    if (handle?.reading === false) {
      handle.reading = true;
      handle.readStart();
    }
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
