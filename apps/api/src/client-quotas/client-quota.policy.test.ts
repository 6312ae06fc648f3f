import { clientQuotaPrincipalsMax, clientQuotasMax } from '@weir/contracts/client-quotas';
import { expect, it } from 'vitest';
import { quotaRefusal } from './client-quota.policy.ts';

const quota = (at: number, principals = [`sa-${at}`]) => ({ id: `cq-${at}`, principals });

it('has each principal in one quota of a cluster, and lets a quota keep its own', () => {
  const existing = [quota(1), quota(2)];
  expect(quotaRefusal('cq-3', ['sa-3', 'sa-2'], existing)).toEqual({
    kind: 'taken',
    principal: 'sa-2',
    by: 'cq-2',
  });
  expect(quotaRefusal('cq-2', ['sa-2', 'sa-3'], existing)).toBeNull();
});

it('has so many quotas in a cluster and so many principals, and no more', () => {
  const full = Array.from({ length: clientQuotasMax }, (_, at) => quota(at));
  expect(quotaRefusal('cq-new', ['sa-new'], full)).toMatchObject({
    kind: 'too-many',
    limit: clientQuotasMax,
  });
  expect(quotaRefusal('cq-1', ['sa-new'], full)).toBeNull();
  const many = Array.from({ length: clientQuotaPrincipalsMax }, (_, at) => `sa-${at}`);
  expect(quotaRefusal('cq-new', ['sa-new'], [quota(0, many)])).toMatchObject({ kind: 'too-many' });
  expect(quotaRefusal('cq-new', ['sa-new'], [quota(0, many.slice(1))])).toBeNull();
});
