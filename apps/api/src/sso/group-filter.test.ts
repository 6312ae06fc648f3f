import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMeant, readGroupFilter, writeGroupFilter } from './group-filter.ts';

describe('a filter', () => {
  it('names one group, or several of which each is enough', () => {
    expect(readGroupFilter('"eng" in groups')).toEqual({ ok: true, groups: ['eng'] });
    expect(readGroupFilter(' "eng" in groups||"ops, EU" in groups ')).toEqual({
      ok: true,
      groups: ['eng', 'ops, EU'],
    });
    expect(isMeant(['eng', 'ops'], ['ops', 'all'])).toBe(true);
    expect(isMeant(['eng'], ['engineers'])).toBe(false);
  });

  it.each([
    '',
    'eng',
    '"eng"',
    '"" in groups',
    '"a" in groups &&',
    '"a" in groups || ',
    'true',
    '!("a" in groups)',
  ])('that is another expression is refused with what would be right: %s', (text) => {
    expect(readGroupFilter(text)).toMatchObject({ ok: false, problem: expect.stringContaining('in groups') });
  });

  it('is read as it was written, whatever the names are, but for the sign between terms', () => {
    const name = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('||'));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (groups) => {
        expect(readGroupFilter(writeGroupFilter(groups))).toEqual({ ok: true, groups });
      }),
    );
  });
});
