import { expect, it } from 'vitest';
import { failingMsMax, stepAfter } from './delivery-plan.ts';

const tried = { attempts: 1, httpStatus: 500, failingSinceMs: null };

it('takes a status of 2xx for success, and neither a redirect nor silence', () => {
  for (const httpStatus of [200, 204, 299])
    expect(stepAfter({ ...tried, httpStatus }, 0)).toEqual({ step: 'delivered' });
  for (const httpStatus of [199, 301, 302, 307, 400, 401, 404, 429, 500, 503, null])
    expect(stepAfter({ ...tried, httpStatus }, 0)).toEqual({ step: 'again', atMs: 5_000 });
});

it('waits longer each time, and gives one delivery up after three days', () => {
  let now = 0;
  for (let attempts = 1; ; attempts++) {
    const next = stepAfter({ ...tried, attempts }, now);
    if (next.step !== 'again') {
      expect(next.step).toBe('given up');
      expect(attempts).toBe(10);
      break;
    }
    expect(next.atMs).toBeGreaterThan(now);
    now = next.atMs;
  }
  expect(now).toBeGreaterThan(3 * 86_400_000);
});

it('switches a webhook off that has taken nothing for three days, and at once one that is gone', () => {
  const failing = { ...tried, failingSinceMs: 0 };
  expect(stepAfter(failing, failingMsMax - 1).step).toBe('again');
  expect(stepAfter(failing, failingMsMax)).toEqual({ step: 'switched off', reason: 'FAILING' });
  expect(stepAfter({ ...failing, httpStatus: 200 }, failingMsMax)).toEqual({ step: 'delivered' });
  expect(stepAfter({ ...tried, httpStatus: 410 }, 0)).toEqual({ step: 'switched off', reason: 'GONE' });
});
