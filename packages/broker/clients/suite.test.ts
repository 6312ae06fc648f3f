import { expect, test } from 'vitest';
import { missingProgram, runSuite, type Suite } from './suite.ts';

const address = { bootstrap: '127.0.0.1:1', credential: null };

const suiteOf = (script: string): Suite => ({
  client: 'trial 1.0',
  name: 'trial',
  needs: ['sh'],
  prepare: () => ['sh', '-c', script],
});

test('each deed is told of, with why it was not done', async () => {
  const deeds = await runSuite(
    suiteOf('echo "ok one"; echo "not ok two: because: of it"; echo noise; exit 1'),
    address,
  );
  expect(deeds).toEqual([
    { name: 'one', problem: null },
    { name: 'two', problem: 'because: of it' },
  ]);
});

test('a suite that does not come to its end has failed, whatever it did before', async () => {
  const deeds = await runSuite(suiteOf('echo "ok one"; echo broken >&2; kill -9 $$'), address);
  expect(deeds).toEqual([
    { name: 'one', problem: null },
    { name: 'to its end', problem: 'it ended with SIGKILL: broken ' },
  ]);
});

test('a credential is given by the environment', async () => {
  const who = { ...address, credential: { keyId: 'KEY', secret: 'secret' } };
  const [told] = await runSuite(suiteOf('echo "ok $SASL_USERNAME $SASL_PASSWORD"'), who);
  expect(told).toEqual({ name: 'KEY secret', problem: null });
});

test('a program that is not there is named', () => {
  expect(missingProgram(suiteOf(''))).toBeNull();
  expect(missingProgram({ ...suiteOf(''), needs: ['sh', 'no-such-program'] })).toBe('no-such-program');
});
