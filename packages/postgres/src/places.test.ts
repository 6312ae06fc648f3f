import { expect, test } from 'vitest';
import { targetOf } from './places.ts';

test('a URL names one server before its path, or several as libpq has it', () => {
  expect(targetOf('postgres://u:p@db/weir?schema=control')).toEqual({
    connectionString: 'postgres://u:p@db:5432/weir?schema=control',
    places: [{ host: 'db', port: 5432 }],
  });
  expect(targetOf('postgres://u:p@db:1/weir?host=a,b&port=6000,6001&sslmode=require')).toEqual({
    connectionString: 'postgres://u:p@a:6000/weir?sslmode=require',
    places: [
      { host: 'a', port: 6000 },
      { host: 'b', port: 6001 },
    ],
  });
  expect(targetOf('postgres://u:p@db:7000/weir?host=a,::1').places).toEqual([
    { host: 'a', port: 7000 },
    { host: '::1', port: 7000 },
  ]);
  expect(targetOf('postgres://u:p@[::1]:7000/weir').places).toEqual([{ host: '::1', port: 7000 }]);
});

test('hosts and ports that do not fit are refused without a word of the password', () => {
  for (const query of ['host=a,b&port=1,2,3', 'host=a,,b', 'host=a,b&port=x', 'port=70000'])
    expect(() => targetOf(`postgres://u:secret@db/weir?${query}`)).toThrow(
      /^the URL of Postgres names \d host/,
    );
});
