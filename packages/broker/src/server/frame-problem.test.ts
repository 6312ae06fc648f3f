import { expect, test } from 'vitest';
import { frameProblem } from './frame-problem.ts';

test('a client that speaks TLS where there is none is called so, and any other by what it claims', () => {
  const of = (head: string) =>
    frameProblem({ kind: 'too-large', size: Buffer.from(head, 'hex').readInt32BE(0), bytesMax: 10 });
  expect(of('16030102')).toBe('the client speaks TLS, and this listener does not');
  expect(of('16030301')).toBe('the client speaks TLS, and this listener does not');
  expect(of('47455420')).toBe('a frame of 1195725856 bytes; at most 10 are taken');
  expect(frameProblem({ kind: 'negative' })).toBe('a frame of a negative size');
});
