import { randomUUID } from 'node:crypto';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { checkedMsMax, missingMsMax, recordNameOf, recordValueOf } from '@weir/mail-domains/look';
import { createFindTxtRecords } from '@weir/mail-domains/txt-records';
import { createCells } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { startTestDns, type TestDns } from '@weir/testing/dns-for-tests';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { noBrokers } from '../testing/brokers-for-tests.ts';
import { nobodyOutside } from '../testing/outside-for-tests.ts';
import { lookAtDomains } from './look-at-domains.ts';

const noon = Date.parse('2026-01-15T12:00:00.000Z');
let database: TestDatabase;
let db: ControlDb;
let dns: TestDns;
let deps: WorkerDeps;
let now = noon;

beforeAll(async () => {
  [database, dns] = await Promise.all([createTestDatabase(controlModel), startTestDns()]);
  db = openControl({ url: database.url });
  deps = {
    ...{ db, cells: createCells({}), clock: { now: () => now }, brokerHost: 'localhost', issuedBy: [] },
    ...{ logger: createLogger('worker', 'silent'), metrics: new WorkerMetrics(), payments: null },
    ...{ brokers: noBrokers, outside: nobodyOutside, findTxtRecords: createFindTxtRecords([dns.address]) },
    mail: { transport: noMailServer, consoleUrl: 'http://localhost', authSecret: 'a secret'.repeat(4) },
  };
});
afterAll(async () => {
  await Promise.all([dns.stop(), db.$disconnect()]);
  await database.drop();
});
beforeEach(async () => {
  now = noon;
  dns.fails = false;
  await db.ssoDomain.deleteMany({});
});

/** An organization with an administrator, a key of hers, and a domain that is proved. */
const newCompany = async () => {
  const mark = randomUUID().slice(0, 8);
  const organizationId = randomUUID();
  const [userId, domainId, domain] = [`u-${mark}`, `dom-${mark}`, `d${mark}.example`];
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.user.create({ data: { id: userId, name: 'Ada', email: `ada@${domain}`, emailVerified: true } });
  await db.member.create({ data: { organizationId, userId } });
  const crn = `crn://weir/organization=${organizationId}`;
  const binding = {
    id: `rb-${mark}`,
    organizationId,
    roleName: 'OrganizationAdmin',
    scope: crn,
    crnPattern: crn,
  };
  await db.roleBinding.create({ data: { ...binding, principalKind: 'User', principalId: userId } });
  const verifiedAt = new Date(noon - 30 * checkedMsMax);
  const of = { organizationId, domain, challenge: mark, verifiedAt, dueAt: new Date(noon) };
  await db.ssoDomain.create({ data: { id: domainId, ...of } });
  const record = recordNameOf(domain);
  dns.records.set(record, ['v=spf1 -all', recordValueOf(mark)]);
  return {
    domain: () => db.ssoDomain.findUniqueOrThrow({ where: { id: domainId } }),
    isThere: (isThere: boolean) =>
      isThere ? dns.records.set(record, [recordValueOf(mark)]) : dns.records.delete(record),
    mails: async () => {
      const mails = await db.mail.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } });
      return mails.map(({ kind, params }) => [kind, (params as { event: string }).event]); // As kinds.ts has them.
    },
    events: async () => {
      const events = await db.auditEvent.findMany({ where: { organizationId } });
      return events.map(({ action, actorKind, via }) => [action, actorKind, via]);
    },
  };
};
const days = (count: number) => {
  now = noon + count * checkedMsMax;
};

it('a domain is looked at each day, and nothing is told of one that is as it was', async () => {
  const company = await newCompany();
  expect(await lookAtDomains(deps)).toBe(1);
  expect(await lookAtDomains(deps)).toBe(0);
  days(1);
  expect(await lookAtDomains(deps)).toBe(1);
  expect((await company.domain()).checkedAt).toEqual(new Date(now));
  expect([await company.mails(), await company.events()]).toEqual([[], []]);
});

it('one whose record is gone is told of at once, counts for a week more, and then for nothing', async () => {
  const company = await newCompany();
  company.isThere(false);
  for (let day = 0; day < missingMsMax / checkedMsMax; day += 1) {
    days(day);
    expect(await lookAtDomains(deps)).toBe(1);
    expect((await company.domain()).verifiedAt).not.toBeNull();
    expect(await company.mails()).toEqual([['domain-notice', 'missing']]);
  }
  expect(await company.events()).toEqual([]);
  days(7);
  await lookAtDomains(deps);
  expect((await company.domain()).verifiedAt).toBeNull();
  expect(await company.mails()).toEqual([
    ['domain-notice', 'missing'],
    ['domain-notice', 'lapsed'],
  ]);
  expect(await company.events()).toEqual([['sso-domain.lapse', 'System', 'dns']]);
  days(8);
  expect(await lookAtDomains(deps)).toBe(0);
});

it('one whose record comes back within the week counts on, and a later loss is given a week of its own', async () => {
  const company = await newCompany();
  company.isThere(false);
  await lookAtDomains(deps);
  company.isThere(true);
  days(6);
  await lookAtDomains(deps);
  expect(await company.domain()).toMatchObject({ missingSince: null });
  company.isThere(false);
  days(8);
  await lookAtDomains(deps);
  expect(await company.domain()).toMatchObject({ missingSince: new Date(now) });
  expect((await company.domain()).verifiedAt).not.toBeNull();
  expect(await company.mails()).toHaveLength(2);
});

it('DNS that does not answer takes nothing from anybody, and is asked again within the hour', async () => {
  const company = await newCompany();
  dns.fails = true;
  expect(await lookAtDomains(deps)).toBe(0);
  expect(await company.domain()).toMatchObject({ missingSince: null, checkedAt: null });
  now = noon + 3_600_000;
  dns.fails = false;
  expect(await lookAtDomains(deps)).toBe(1);
}, 30_000);

it('of two that look at once one has a domain', async () => {
  await newCompany();
  const counts = await Promise.all([lookAtDomains(deps), lookAtDomains(deps)]);
  expect(counts.toSorted()).toEqual([0, 1]);
});
