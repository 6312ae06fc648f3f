import { expect, it } from 'vitest';
import { JobPace } from './job-pace.ts';

const payload = (rows: number, uses = 0) => ({
  brokerId: 1,
  rows: Array.from({ length: rows }, () => 1),
  uses: Array.from({ length: uses }, () => 1),
});

it('as many as a queue may have go at once while they are small, and few before any was seen', () => {
  const pace = new JobPace(128);
  expect(pace.atOnce).toBe(4);
  pace.saw(payload(5));
  expect(pace.atOnce).toBe(128);
  pace.saw('no payload at all');
  pace.saw(null);
  expect(pace.atOnce).toBe(128);
  expect(new JobPace(2).atOnce).toBe(2);
});

it('large ones go by what fits together, by all of their lists, and by one where each is too large', () => {
  const pace = new JobPace(128);
  pace.saw(payload(5_000, 5_000));
  expect(pace.atOnce).toBe(10);
  pace.saw(payload(300_000));
  expect(pace.atOnce).toBe(1);
  for (let small = 0; small < 1_023; small++) pace.saw(payload(5));
  expect(pace.atOnce).toBe(1);
  pace.saw(payload(5));
  expect(pace.atOnce).toBe(128);
});
