import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

/**
 * Takes a name of a directory that one process of this machine can have at a time: a socket in the kernel's abstract
 * namespace, which goes with its owner however that ends. Null when another process has it; who has it closes it, or
 * ends.
 */
export function takeKernelName(prefix: string, directory: string): Promise<Server | null> {
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(`\0${prefix}-${name}`, () => {
      server.unref();
      resolve(server);
    });
  });
}
