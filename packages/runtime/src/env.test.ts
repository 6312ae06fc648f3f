import { describe, expect, it } from 'vitest';
import {
  addresses,
  choice,
  EnvError,
  flag,
  parseEnv,
  port,
  postgresUrl,
  redisUrl,
  secretText,
  whole,
  withoutSecrets,
} from './env.ts';

const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
  return [];
};

describe('settings', () => {
  it('take their defaults when they are missing or empty', () => {
    const shape = { PORT: port(4000), ON: flag(false), LEVEL: choice(['info', 'debug'], 'info') };
    expect(parseEnv(shape, { ON: '' })).toEqual({ PORT: 4000, ON: false, LEVEL: 'info' });
  });

  it('read "false" as false', () => {
    expect(parseEnv({ ON: flag(true) }, { ON: 'false' })).toEqual({ ON: false });
    expect(parseEnv({ ON: flag(false) }, { ON: 'true' })).toEqual({ ON: true });
  });

  it('name every bad variable at once, with its value and what would be right', () => {
    const shape = { PORT: port(1), ON: flag(true), N: whole({ min: 1, max: 9, fallback: 1 }) };
    expect(problemsOf(() => parseEnv(shape, { PORT: '70000', ON: 'yes', N: '1e1' }))).toEqual([
      'PORT is "70000" and is not valid: it must be a port from 1 to 65535.',
      'ON is "yes" and is not valid: it must be true or false.',
      'N is "1e1" and is not valid: it must be a whole number from 1 to 9.',
    ]);
  });

  it('never show a secret', () => {
    const shape = { KEY: secretText(32), DATABASE_URL: postgresUrl().optional(), REDIS_URL: redisUrl() };
    const source = { KEY: 'hunter2', DATABASE_URL: 'mysql://me:hunter2@db/x', REDIS_URL: 'hunter2' };
    const problems = problemsOf(() => parseEnv(shape, source));
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('take addresses with their ports, and nothing that would have to be guessed', () => {
    const isGood = (BROKERS: string) =>
      problemsOf(() => parseEnv({ BROKERS: addresses() }, { BROKERS })).length === 0;
    const good = ['localhost:9092', 'a.example:1,b.example:65535', '[::1]:9092'];
    expect(good.filter(isGood)).toEqual(good);
    expect(['localhost', 'a:1, b:2', 'a:1,', ':9092', '::1:9092', 'a:0', 'a:65536'].filter(isGood)).toEqual(
      [],
    );
  });

  it('say what is missing', () => {
    expect(problemsOf(() => parseEnv({ REDIS_URL: redisUrl() }, {}))).toEqual([
      'REDIS_URL is not set: it must be a URL such as redis://localhost:6379.',
    ]);
  });
});

it('shows a URL without its name, password and parameters', () => {
  expect(withoutSecrets('postgres://me:pw@db:5432/weir?schema=x&password=pw')).toBe(
    'postgres://db:5432/weir',
  );
  expect(withoutSecrets('pw')).toBe('(not a URL)');
});
