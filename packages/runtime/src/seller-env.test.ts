import { expect, it } from 'vitest';
import { EnvError, parseEnv } from './env.ts';
import { sellerEnv } from './seller-env.ts';

it('reads who asks for the money line by line, and nobody where nothing is set', () => {
  const { WEIR_SELLER } = parseEnv(sellerEnv, { WEIR_SELLER: 'Weir Ltd| 1 Mill Lane, Bath |GB|VAT GB123' });
  expect(WEIR_SELLER).toEqual(['Weir Ltd', '1 Mill Lane, Bath', 'GB', 'VAT GB123']);
  expect(parseEnv(sellerEnv, {}).WEIR_SELLER).toEqual([]);
});

it('refuses empty lines, control characters, and more than fits', () => {
  for (const wrong of ['Weir||Bath', 'Weir\nBath', 'x'.repeat(101), Array(11).fill('x').join('|')])
    expect(() => parseEnv(sellerEnv, { WEIR_SELLER: wrong }), wrong).toThrow(EnvError);
});
