import { expect, test } from 'vitest';
import { parseOptions } from './standalone-options.ts';

test('without arguments it is the port and the place that everybody expects', () => {
  expect(parseOptions([], {})).toEqual({ port: 9092, dataDir: '.weir/standalone', flush: 'group' });
});

test('arguments win over the environment, and the environment over the defaults', () => {
  const env = { WEIR_BROKER_PORT: '9500', WEIR_DATA_DIR: '/data' };
  expect(parseOptions([], env)).toEqual({ port: 9500, dataDir: '/data/standalone', flush: 'group' });
  const args = ['--port', '0', '--data-dir', '/mine', '--flush', 'os'];
  expect(parseOptions(args, env)).toEqual({ port: 0, dataDir: '/mine', flush: 'os' });
});

test.each(['65536', '-1', '9092x', '', '1e3', '99999999'])(
  'the port %j is refused, by its name and what would be right',
  (port) => {
    const refused = parseOptions([`--port=${port}`], {});
    expect(refused).toMatchObject({ problem: expect.stringContaining(JSON.stringify(port)) });
    expect(refused).toMatchObject({ problem: expect.stringContaining('0 to 65535') });
  },
);

test('an argument that nobody knows, or a flush mode that is none, is refused', () => {
  expect(parseOptions(['--prot', '1'], {})).toMatchObject({ problem: expect.stringContaining('--prot') });
  expect(parseOptions(['9092'], {})).toHaveProperty('problem');
  expect(parseOptions(['--flush', 'never'], {})).toMatchObject({
    problem: expect.stringContaining('group or os'),
  });
});

test('help is help, whatever else is asked', () => {
  expect(parseOptions(['--help', '--flush', 'never'], {})).toBe('help');
});
