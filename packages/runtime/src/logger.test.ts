import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

it('writes JSON lines without secrets, however deep they lie', () => {
  const lines: string[] = [];
  const logger = createLogger('api', 'info', { write: (line: string) => void lines.push(line) });
  logger.info(
    { password: 'hunter2', body: { secret: 'hunter2' }, req: { headers: { cookie: 'hunter2' } } },
    'hi',
  );
  logger.debug('not this');
  expect(lines).toHaveLength(1);
  const line: unknown = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ name: 'api', level: 'info', msg: 'hi', password: '[redacted]' });
  expect(lines[0]).not.toContain('hunter2');
});
