import type { Logger } from './logger.ts';

/** The part of a process that shutting down needs; `process` itself fits. */
export interface ProcessSignals {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (cause: unknown) => void): unknown;
  exit(code: number): void;
}

export interface Shutdown {
  /** Registers what must be closed; the last registered is closed first. */
  add(name: string, close: () => Promise<unknown> | unknown): void;
  /** Closes everything once; a second call waits for the first. A failing part does not keep the rest open. */
  run(reason: string): Promise<void>;
}

/**
 * Ends a process in order on SIGTERM or SIGINT, within `timeoutMs`; what is then still open is given up with
 * exit code 1. An error that nobody caught ends the process too: its state can no longer be trusted.
 */
export const createShutdown = (logger: Logger, timeoutMs: number, signals?: ProcessSignals): Shutdown => {
  const parts: { name: string; close: () => Promise<unknown> | unknown }[] = [];
  let running: Promise<boolean> | undefined;

  const closeAll = async (reason: string): Promise<boolean> => {
    logger.info({ reason }, 'stopping');
    let clean = true;
    for (const part of parts.toReversed()) {
      try {
        await part.close();
      } catch (cause) {
        clean = false;
        logger.error({ err: cause, part: part.name }, 'could not stop a part cleanly');
      }
    }
    logger.info({ reason }, 'stopped');
    return clean;
  };
  const run = (reason: string): Promise<boolean> => {
    running ??= closeAll(reason);
    return running;
  };
  const end = (reason: string, failed: boolean) => {
    setTimeout(() => {
      logger.error({ reason, timeoutMs }, 'could not stop in time');
      signals?.exit(1);
    }, timeoutMs).unref();
    void run(reason).then((clean) => signals?.exit(clean && !failed ? 0 : 1));
  };

  signals?.on('SIGTERM', () => end('SIGTERM', false));
  signals?.on('SIGINT', () => end('SIGINT', false));
  signals?.on('uncaughtException', (cause) => {
    logger.fatal({ err: cause }, 'uncaught exception');
    end('uncaughtException', true);
  });
  signals?.on('unhandledRejection', (cause) => {
    logger.fatal({ err: cause }, 'unhandled rejection');
    end('unhandledRejection', true);
  });

  return {
    add: (name, close) => void parts.push({ name, close }),
    run: async (reason) => void (await run(reason)),
  };
};
