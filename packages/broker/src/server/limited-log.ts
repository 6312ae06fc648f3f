import type { Clock, Log, LogFields } from '../deps.ts';
import { connectionLinesPerSecMax } from '../limits.ts';

/**
 * A log for what strangers can cause as often as they like: so many lines a second, and one that counts
 * the others. Errors, which are ours, all pass.
 */
export function limitedLog(log: Log, clock: Pick<Clock, 'monotonicMs'>): Log {
  const second = { beganMs: Number.NEGATIVE_INFINITY, lines: 0, dropped: 0 };
  const mayWrite = () => {
    const now = clock.monotonicMs();
    if (now - second.beganMs >= 1_000) {
      if (second.dropped > 0) log.warn('connections.lines-dropped', { count: second.dropped });
      second.beganMs = now;
      second.lines = 0;
      second.dropped = 0;
    }
    second.lines += 1;
    if (second.lines <= connectionLinesPerSecMax) return true;
    second.dropped += 1;
    return false;
  };
  return {
    info(event: string, fields?: LogFields) {
      if (mayWrite()) log.info(event, fields);
    },
    warn(event: string, fields?: LogFields, cause?: unknown) {
      if (mayWrite()) log.warn(event, fields, cause);
    },
    error: (event, fields, cause) => log.error(event, fields, cause),
  };
}
