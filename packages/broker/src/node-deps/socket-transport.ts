import type { Server, Socket } from 'node:net';
import type { Listener, Transport } from '../deps.ts';

/** Of a machine that is gone nobody says that nothing listens there. */
export const connectMsMax = 2_000;

/** Resolves once the server listens; port 0: the system chooses. */
export function listening(server: Server, host: string, port: number): Promise<Listener> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}

export function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** A stream socket as a transport. */
export class SocketTransport implements Transport {
  readonly remoteAddress: string;
  serverName: string | undefined;
  readonly #socket: Socket;
  #receive: (chunk: Buffer) => void = () => undefined;

  constructor(remoteAddress: string, socketFor: (receive: (chunk: Buffer) => void) => Socket) {
    this.remoteAddress = remoteAddress;
    this.#socket = socketFor((chunk) => this.#receive(chunk));
    // What went wrong shows as the close that follows; a peer that goes away is no fault of ours.
    this.#socket.on('error', () => this.#socket.destroy());
  }

  onData(receive: (chunk: Buffer) => void): void {
    this.#receive = receive;
    this.#socket.resume();
  }

  onClose(closed: () => void): void {
    this.#socket.once('close', closed);
  }

  write(buffers: readonly Buffer[], done: (isTaken: boolean) => void): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) {
      done(false);
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
    if (final === undefined) done(true);
    else socket.write(final, (error) => done(error === null || error === undefined));
    socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
