import { expect, test } from 'vitest';
import { environmentOf } from './secrets.ts';

test('a broker and the console get no secret that they do not read', () => {
  const all = {
    PATH: '/bin',
    CELL_DATABASE_URL: 'postgres://cell',
    DATABASE_URL: 'postgres://control',
    STRIPE_SECRET_KEY: 'sk_1',
    WEIR_AUTH_SECRET: 'a',
    WEIR_PROXY_SECRET: 'p',
  };
  expect(environmentOf('broker', all)).toEqual({ PATH: '/bin', CELL_DATABASE_URL: 'postgres://cell' });
  expect(environmentOf('console', all)).toEqual({ PATH: '/bin', WEIR_PROXY_SECRET: 'p' });
  expect(environmentOf('api', all)).toEqual(all);
});
