import { expect, test } from 'vitest';
import { Steps } from './steps.ts';

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

test('without a terminal each step is one plain line with its time and remark', async () => {
  const output = recorder(false);
  const steps = new Steps(output);
  const value = await steps.run(
    'migrating',
    async () => 3,
    (count) => `${count} applied`,
  );
  expect(value).toBe(3);
  expect(output.written).toHaveLength(1);
  expect(output.written[0]).toMatch(/^✓ migrating {18} *\d\.\d s {2}3 applied\n$/);
});

test('a step that fails says so and passes the error on', async () => {
  const output = recorder(false);
  const failing = new Steps(output).run('building', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(output.written[0]).toMatch(/^✗ building/);
});

test('in a terminal running steps are taken back before anything else is written', async () => {
  const output = recorder(true);
  const steps = new Steps(output);
  const ends: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => ends.push(resolve));
  const both = Promise.all([steps.run('one', wait), steps.run('two', wait)]);
  steps.say('note');
  for (const end of ends) end();
  await both;
  const text = output.written.join('');
  expect(text).toContain('\u001b[2A\u001b[Jnote\n');
  expect(text.endsWith('s\n')).toBe(true);
  expect(text).toContain('✓ two');
});
