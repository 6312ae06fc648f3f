import { describe, expect, it } from 'vitest';
import { afterLook, missingMsMax } from './look.ts';

const now = new Date('2026-05-01T00:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);

describe('a domain', () => {
  it('is proved by what DNS has, and stays proved since then', () => {
    expect(afterLook({ verifiedAt: null, missingSince: null }, true, now).verifiedAt).toEqual(now);
    const proved = { verifiedAt: before(9), missingSince: before(5) };
    expect(afterLook(proved, true, now)).toEqual({
      verifiedAt: before(9),
      checkedAt: now,
      missingSince: null,
    });
  });

  it('that is gone from DNS counts for a week, and for nothing afterwards', () => {
    const first = afterLook({ verifiedAt: before(9), missingSince: null }, false, now);
    expect(first).toMatchObject({ verifiedAt: before(9), missingSince: now });
    const sixDays = { verifiedAt: before(9), missingSince: before(missingMsMax - 1) };
    expect(afterLook(sixDays, false, now).verifiedAt).toEqual(before(9));
    const week = { verifiedAt: before(9), missingSince: before(missingMsMax) };
    expect(afterLook(week, false, now).verifiedAt).toBeNull();
  });

  it('that was never there is not proved', () => {
    expect(afterLook({ verifiedAt: null, missingSince: null }, false, now).verifiedAt).toBeNull();
  });
});
