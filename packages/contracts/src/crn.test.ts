import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Crn, crnLengthMax, readCrn, type Scope, writeCrn } from './crn.ts';

const organizationId = '1d1f9a2e-9a52-4d0c-9a43-0f6a3a2f7a11';
const top = `crn://weir/organization=${organizationId}`;
const cluster = `${top}/environment=env-1/cloud-cluster=lkc-1`;
const place = { environmentId: 'env-1', clusterId: 'lkc-1' };
const scopeOf = (text: string): Scope | string => {
  const read = readCrn(text);
  return read.ok ? read.crn.scope : read.problem;
};

describe('a CRN', () => {
  it.each<[string, Scope]>([
    [top, { kind: 'organization' }],
    [`${top}/environment=env-1`, { kind: 'environment', environmentId: 'env-1' }],
    [cluster, { kind: 'cluster', ...place }],
    [`${cluster}/kafka=lkc-1`, { kind: 'cluster', ...place }],
    [`${cluster}/kafka=lkc-1/topic=orders`, { kind: 'topic', ...place, name: 'orders', isPrefix: false }],
    [`${cluster}/kafka=lkc-1/topic=orders-*`, { kind: 'topic', ...place, name: 'orders-', isPrefix: true }],
    [`${cluster}/kafka=lkc-1/group=*`, { kind: 'group', ...place, name: '', isPrefix: true }],
    [
      `${cluster}/kafka=lkc-1/transactional-id=a%2Fb%20c`,
      { kind: 'transactional-id', ...place, name: 'a/b c', isPrefix: false },
    ],
    [`${top}/service-account=sa-1`, { kind: 'service-account', serviceAccountId: 'sa-1' }],
    [`${top}/service-account=*`, { kind: 'service-account', serviceAccountId: '*' }],
  ])('%s says what it is on', (text, scope) => {
    expect(readCrn(text)).toEqual({ ok: true, crn: { organizationId, scope } });
  });

  it.each([
    ['', 'crn://weir/'],
    ['crn://elsewhere/organization=o', 'crn://weir/'],
    ['crn://weir/organization=', 'crn://weir/'],
    [`${top}/`, 'crn://weir/'],
    [`${top}/environment=*`, 'bind on the organization'],
    [`${top}/environment=env-1/cloud-cluster=*`, 'bind on the environment'],
    [`${top}/environment=env-1/topic=x`, 'crn://weir/'],
    [`${cluster}/kafka=lkc-2`, 'the same id'],
    [`${cluster}/topic=x`, 'the same id'],
    [`${cluster}/kafka=lkc-1/topic=`, 'needs a name'],
    [`${cluster}/kafka=lkc-1/topic=a*b`, 'stands last only'],
    [`${cluster}/kafka=lkc-1/group=%2A`, 'stands last only'],
    [`${cluster}/kafka=lkc-1/topic=%zz`, 'percent-encoded'],
    [`${cluster}/kafka=lkc-1/topic=%00`, 'control characters'],
    [`${cluster}/kafka=lkc-1/topic=a/group=b`, 'crn://weir/'],
    [`${cluster}/kafka=lkc-1/ksql=a`, 'crn://weir/'],
    [`${cluster}/kafka=lkc-1/topic=${'a'.repeat(256)}`, '255'],
    [`${cluster}/kafka=lkc-1/topic=${'a'.repeat(crnLengthMax)}`, String(crnLengthMax)],
    // Short as it is given, long as it is written.
    [`${cluster}/kafka=lkc-1/group=${'語'.repeat(200)}`, String(crnLengthMax)],
  ])('%s is none, and the answer says what would be right', (text, words) => {
    expect(scopeOf(text)).toContain(words);
  });

  it('is read back from how it is written, whatever the name', () => {
    const name = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      .filter(
        (text) => text.isWellFormed() && !/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069*]/u.test(text),
      );
    const kind = fc.constantFrom('topic', 'group', 'transactional-id');
    fc.assert(
      fc.property(name, kind, fc.boolean(), (text, of, isPrefix) => {
        if (text === '' && !isPrefix) return;
        const crn: Crn = { organizationId, scope: { kind: of, ...place, name: text, isPrefix } };
        expect(readCrn(writeCrn(crn))).toEqual({ ok: true, crn });
      }),
    );
  });
});
