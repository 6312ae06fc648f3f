import { expect, test } from 'vitest';
import { principalText, resourceText } from './words.ts';

const names = new Map([
  ['env-1', 'default'],
  ['lkc-1', 'shop'],
  ['sa-1', 'billing'],
]);
const top = 'crn://weir/organization=o';
const cluster = `${top}/environment=env-1/cloud-cluster=lkc-1`;

test.each([
  [top, 'The whole organization'],
  [`${top}/environment=env-1`, 'Environment default'],
  [cluster, 'Cluster shop'],
  [`${cluster}/kafka=lkc-1/topic=orders`, 'Topic orders in cluster shop'],
  [`${cluster}/kafka=lkc-1/topic=orders-*`, 'Topics orders-… in cluster shop'],
  [`${cluster}/kafka=lkc-1/group=*`, 'All groups in cluster shop'],
  [`${top}/service-account=sa-1`, 'Service account billing'],
  [`${top}/environment=env-gone`, 'Environment env-gone'],
  ['of a later version', 'of a later version'],
])('%s is told as %s', (crn, words) => {
  expect(resourceText(crn, names)).toBe(words);
});

test('a principal is told by name, and by its id where that is not known', () => {
  expect(principalText('User:sa-1', names)).toBe('billing');
  expect(principalText('User:u-2', names)).toBe('u-2');
});
