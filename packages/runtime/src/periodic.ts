/**
 * Runs something again and again, each time `everyMs` after the last one ended, so that runs never overlap.
 * The first run starts at once. Errors go to `onError` and the next run comes all the same. Returns what
 * stops it; that waits for a run under way.
 */
export const startPeriodic = (
  everyMs: number,
  run: () => Promise<void>,
  onError: (cause: unknown) => void,
): (() => Promise<void>) => {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();

  const turn = async () => {
    try {
      await run();
    } catch (cause) {
      onError(cause);
    }
    if (stopped) return;
    timer = setTimeout(() => {
      current = turn();
    }, everyMs);
  };
  current = turn();

  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
};
