import { expect, it } from 'vitest';
import { outcomeOf, type Standing, sentenceOf } from './account-deletion.policy.ts';

const standing = (change: Partial<Standing>): Standing => ({
  organizationId: 'o',
  displayName: 'o',
  otherMembers: 0,
  otherAdmins: 0,
  isAdmin: true,
  clusters: 0,
  apiKeys: 0,
  ...change,
});

it.each([
  [{}, 'DELETED'],
  [{ clusters: 1 }, 'IN_THE_WAY'],
  [{ isAdmin: false, clusters: 1 }, 'IN_THE_WAY'],
  [{ otherMembers: 2 }, 'IN_THE_WAY'],
  [{ otherMembers: 2, otherAdmins: 1, clusters: 9 }, 'LEFT'],
  [{ otherMembers: 2, isAdmin: false, otherAdmins: 1 }, 'LEFT'],
] as const)('an organization with %j is %s when its member goes', (change, outcome) => {
  expect(outcomeOf(standing(change))).toBe(outcome);
});

it('says what to do about what is in the way', () => {
  expect(sentenceOf(standing({ clusters: 1 }))).toContain('1 cluster.');
  expect(sentenceOf(standing({ otherMembers: 2 }))).toContain('2 other members. Give one of them');
});
