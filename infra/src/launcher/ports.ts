import { createServer } from 'node:net';
import { findListener } from '../processes/proc.ts';
import { type NamedPort, StartError } from './settings.ts';

/** Throws StartError that names the port, the setting and, where it can be seen, the process in the way. */
export async function checkPortsFree(ports: readonly NamedPort[]): Promise<void> {
  for (const { port, name, setting } of ports) {
    const code = await tryToListen(port);
    if (code === null) continue;
    if (code === 'EACCES') {
      throw new StartError(
        `Port ${port} (${name}) needs rights that you do not have: set ${setting} above 1023.`,
      );
    }
    const listener = findListener(port);
    const by =
      listener === null ? 'another process' : `process ${listener.pid} (${listener.command.slice(0, 80)})`;
    // The first of a row of ports is named by its setting alone.
    const which = name === setting ? '' : ` (${name})`;
    throw new StartError(
      `Port ${port}${which} is taken by ${by}: end it, or set ${setting} to a port that is free.`,
    );
  }
}

/** What is said of the first of them that another process has; null: all are free. */
export function portObstacle(ports: readonly NamedPort[]): Promise<string | null> {
  return checkPortsFree(ports).then(
    () => null,
    (cause: unknown) => {
      if (cause instanceof StartError) return cause.message;
      throw cause;
    },
  );
}

/** The code of the error; null when the port was free. */
function tryToListen(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(null)));
  });
}
