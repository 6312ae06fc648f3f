import { connect, createServer, Socket } from 'node:net';
import type { Network } from '../deps.ts';
import { addressOf, connectMsMax, listening, SocketTransport } from './socket-transport.ts';

const readBytes = 64 * 1024;
/** What any socket reads lands here, and is taken from here before the next one reads. */
const readBuffer = Buffer.allocUnsafeSlow(readBytes);

/** TCP on this machine. Small answers leave at once (no Nagle). */
export const nodeNetwork: Network = {
  listen(host, port, accept) {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) =>
      accept(new SocketTransport(addressOf(socket), (receive) => readingIntoBuffer(socket, receive))),
    );
    return listening(server, host, port);
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
