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

it('writes of an error what it is and why, and nothing that a library hung on it', () => {
  const lines: string[] = [];
  const logger = createLogger('api', 'info', { write: (line: string) => void lines.push(line) });
  const args = ['3', 'AUTH', 'default', 'hunter2'];
  const cause = Object.assign(new Error('WRONGPASS'), { code: 'X1', command: { name: 'hello', args } });
  const error = Object.assign(new TypeError('no Redis', { cause }), { config: { auth: 'hunter2' }, args });
  logger.error({ err: error }, 'failed');
  logger.error(error);
  logger.error({ err: new AggregateError([cause], 'several') });
  logger.error({ err: { config: 'hunter2' } });
  expect(lines.join()).not.toContain('hunter2');
  for (const at of [0, 1]) {
    expect(JSON.parse(lines[at] ?? '')).toMatchObject({
      err: { type: 'TypeError', message: 'no Redis', cause: { message: 'WRONGPASS', code: 'X1' } },
    });
  }
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ err: { errors: [{ message: 'WRONGPASS' }] } });
});

it('ends a chain of causes that leads back to itself', () => {
  const lines: string[] = [];
  const logger = createLogger('api', 'info', { write: (line: string) => void lines.push(line) });
  const error = new Error('round');
  error.cause = error;
  logger.error({ err: error });
  expect(lines).toHaveLength(1);
});
