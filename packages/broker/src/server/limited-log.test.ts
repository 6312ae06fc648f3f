import { expect, test } from 'vitest';
import { connectionLinesPerSecMax } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { limitedLog } from './limited-log.ts';

test('a flood of connections is not a flood of lines, and what was left out is counted', async () => {
  const engine = new Engine();
  const log = limitedLog(engine.log, engine.clock);
  for (let at = 0; at < 1_000; at += 1) log.info('connection.closing');
  expect(engine.events).toHaveLength(connectionLinesPerSecMax);
  log.error('request.failed');
  expect(engine.events.at(-1)).toBe('request.failed');
  await engine.pass(1_000);
  log.info('connection.closing');
  expect(engine.lines.at(-2)).toEqual({
    event: 'connections.lines-dropped',
    fields: { count: 1_000 - connectionLinesPerSecMax },
  });
});
