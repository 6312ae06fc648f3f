import { connect, createServer, Socket } from 'node:net';
import type { Listener, Network, Transport } from '../deps.ts';

const readBytes = 64 * 1024;
/** What any socket reads lands here, and is taken from here before the next one reads. */
const readBuffer = Buffer.allocUnsafeSlow(readBytes);

/** TCP on this machine. Small answers leave at once (no Nagle). */
export const nodeNetwork: Network = {
  listen(host, port, accept) {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) =>
        accept(new SocketTransport(addressOf(socket), (receive) => readingIntoBuffer(socket, receive))),
      );
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
  connect(host, port) {
    return new Promise((resolve, reject) => {
      const transport = new SocketTransport(host, (receive) => {
        const onread = readInto(receive);
        const socket = connect({ host, port, onread, noDelay: true, timeout: connectMsMax });
        socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.removeListener('error', reject);
          socket.setTimeout(0);
          resolve(transport);
        });
        return socket;
      });
    });
  },
};

/** Of a machine that is gone nobody says that nothing listens there. */
const connectMsMax = 2_000;

/** What the socket reads, in the buffer of all. */
function readInto(receive: (chunk: Buffer) => void) {
  return {
    buffer: readBuffer,
    callback(bytes: number) {
      receive(readBuffer.subarray(0, bytes));
      return true;
    },
  };
}

/** What Node's own modules hand a socket on with. */
interface SocketParts {
  _handle: object | null;
  _server: object | null;
}

/**
 * Moves an accepted connection to a socket that reads into one buffer and stops at once when it is paused. What a
 * server makes allocates 64 KiB a read, which is garbage by the gigabyte under load, and reads on behind a pause
 * until its stream is full; `onread`, which does neither, is only for sockets that one makes oneself.
 */
function readingIntoBuffer(accepted: Socket, receive: (chunk: Buffer) => void): Socket {
  const from = accepted as unknown as SocketParts;
  const onread = readInto(receive);
  const options: object = { handle: from._handle, onread, manualStart: true };
  const socket = new Socket(options);
  // The server counts it until this one ends.
  Object.assign(socket, { server: from._server, _server: from._server });
  from._handle = null;
  from._server = null;
  return socket;
}

function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

class SocketTransport implements Transport {
  readonly remoteAddress: string;
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
