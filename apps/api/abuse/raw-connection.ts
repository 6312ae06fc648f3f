import { connect, type Socket } from 'node:net';

export interface RawOptions {
  readonly port: number;
  readonly from: string;
  /** Ends the connection, whatever it is doing. */
  readonly signal: AbortSignal;
}

/** What became of a connection that no HTTP client would have. */
export interface Ended {
  /** Status codes of the answers, in order. */
  readonly statuses: readonly number[];
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly ms: number;
}

const statusLine = /HTTP\/1\.1 (\d{3}) /g;
const waitMsMax = 15_000;

/**
 * Writes what `write` yields, as fast as the peer takes it, then waits for the end. With `reads` false nothing that
 * comes back is taken from the system. Resolves in any case, at the latest with the signal.
 */
export const speak = (
  { port, from, signal }: RawOptions,
  parts: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
  { reads = true, waitMs = waitMsMax }: { readonly reads?: boolean; readonly waitMs?: number } = {},
): Promise<Ended> => {
  const begunMs = performance.now();
  const statuses: number[] = [];
  let receivedBytes = 0;
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  const end = () => socket.destroy();
  return new Promise((resolve) => {
    const timer = setTimeout(end, waitMs);
    signal.addEventListener('abort', end);
    if (reads) {
      socket.on('data', (chunk: Buffer) => {
        receivedBytes += chunk.length;
        for (const [, status] of chunk.toString('latin1').matchAll(statusLine)) statuses.push(Number(status));
      });
    }
    // A reset is one of the ways in which a connection ends.
    socket.on('error', end);
    socket.on('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve({ statuses, sentBytes: socket.bytesWritten, receivedBytes, ms: performance.now() - begunMs });
    });
    void write(socket, parts);
    if (signal.aborted) end();
  });
};

const write = async (
  socket: Socket,
  parts: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
): Promise<void> => {
  for await (const part of parts) {
    if (socket.destroyed) return;
    if (socket.write(part)) continue;
    await new Promise<void>((resolve) => {
      const go = () => {
        socket.off('drain', go).off('close', go);
        resolve();
      };
      socket.on('drain', go).on('close', go);
    });
  }
};

/** A request's head, with the empty line. */
export const headOf = (line: string, headers: Readonly<Record<string, string>> = {}): string => {
  const all = { host: 'localhost', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`;
};
