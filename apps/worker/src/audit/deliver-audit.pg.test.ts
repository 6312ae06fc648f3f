import { hashOf } from '@weir/audit-log/chain';
import type { DeliverAudit } from '@weir/contracts/jobs/audit';
import { createCells, localCellId } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { WorkerDeps } from '../deps.ts';
import { noMailServer } from '../mail/mail-transport.ts';
import { WorkerMetrics } from '../metrics.ts';
import { startAuditedCell } from '../testing/audited-cluster.ts';
import { brokersAt } from '../testing/brokers-for-tests.ts';
import { nobodyOutside, noDns } from '../testing/outside-for-tests.ts';
import { deliverAudit } from './deliver-audit.ts';
import { markDelivered, markFailed, takeAudit } from './delivery.store.ts';
import { toldAfterMs } from './delivery-plan.ts';
import { sweepAudits } from './sweep-audits.ts';

let scene: Awaited<ReturnType<typeof startAuditedCell>>;
let deps: WorkerDeps;
let later = 0;

beforeAll(async () => {
  scene = await startAuditedCell();
  const { cell, db, endpoint } = scene;
  const clock = { now: () => Date.now() + later };
  deps = {
    ...{ db, cells: createCells({ [localCellId]: cell }), clock, brokerHost: 'localhost', issuedBy: [] },
    ...{ logger: createLogger('worker', 'silent'), metrics: new WorkerMetrics(), payments: null },
    ...{ brokers: brokersAt(endpoint, clock), findTxtRecords: noDns, outside: nobodyOutside },
    mail: { transport: noMailServer, consoleUrl: 'http://localhost', authSecret: 'a secret'.repeat(4) },
  };
}, 60_000);
beforeEach(() => {
  later = 0;
});
afterAll(() => scene.stop());

/** What the queues do with what a sweep gives them: whose logs are due. */
const sweep = async () => {
  const due = { healthy: [] as string[], failing: [] as string[] };
  const sink = (into: string[]) => ({
    addBulk: async (jobs: { data: DeliverAudit }[]) =>
      void into.push(...jobs.map(({ data }) => data.organizationId)),
  });
  await sweepAudits(deps, { healthy: sink(due.healthy), failing: sink(due.failing) });
  return due;
};
const run = async () => {
  const { failing, healthy } = await sweep();
  for (const organizationId of [...healthy, ...failing]) await deliverAudit(deps, { organizationId });
};
const mailsOf = async (userId: string) =>
  (await scene.db.mail.findMany({ where: { userId }, select: { kind: true } })).map(({ kind }) => kind);

it('a client reads every event, in order, with its id as key and what it takes to check it', async () => {
  const company = await scene.newCompany();
  await company.add(600);
  await company.setDelivery();
  await run();
  const read = await company.read(600);
  expect(read.map(({ event }) => event.data?.sequence)).toEqual(
    Array.from({ length: 600 }, (_, at) => at + 1),
  );
  expect(read.every(({ event, key, partition }) => key === event.id && partition === 0)).toBe(true);
  const rows = await scene.db.auditEvent.findMany({ where: { organizationId: company.organizationId } });
  const hashes = new Map(rows.map((row) => [row.id, row.hash]));
  for (const { event } of read) expect(event.data?.hash).toBe(hashes.get(event.id));
  const [{ event }] = read as [(typeof read)[0]];
  expect(event).toMatchObject({
    specversion: '1.0',
    type: 'weir.audit/cluster.update',
    subject: 'Cluster/lkc-1',
  });
  const [row] = rows;
  if (row === undefined) throw new Error('there are events');
  expect(row.hash).toBe(hashOf(row));
  expect(await company.delivery()).toMatchObject({
    deliveredSequence: 600n,
    takenUntil: null,
    problem: null,
  });
  expect((await sweep()).healthy).not.toContain(company.organizationId);
});

it('goes on from where it stands, and is looked at only when there is more', async () => {
  const company = await scene.newCompany();
  await company.add(3);
  await company.setDelivery(2n);
  await run();
  await company.add(1);
  expect((await sweep()).healthy).toContain(company.organizationId);
  await run();
  const read = await company.read(2);
  expect(read.map(({ event }) => event.data?.sequence)).toEqual([3, 4]);
});

it('goes in smaller batches to a topic that takes no larger, and waits where it takes not even one event', async () => {
  const company = await scene.newCompany({ 'max.message.bytes': '4000' });
  await company.add(20);
  await company.setDelivery();
  for (let turn = 0; turn < 3; turn += 1) await run();
  const read = await company.read(20);
  expect(read.map(({ event }) => event.data?.sequence)).toEqual(
    Array.from({ length: 20 }, (_, at) => at + 1),
  );
  expect((await company.delivery()).failures).toBe(0);
  const narrow = await scene.newCompany({ 'max.message.bytes': '500' });
  await narrow.add(2);
  await narrow.setDelivery();
  await run();
  expect(await narrow.delivery()).toMatchObject({ deliveredSequence: 0n, failures: 1 });
  expect((await narrow.delivery()).problem).toContain('max.message.bytes');
});

it('what keeps one from its topic is told, keeps nobody else waiting, and loses nothing', async () => {
  const [refused, fine] = [await scene.newCompany(), await scene.newCompany()];
  for (const company of [refused, fine]) {
    await company.add(2);
    await company.setDelivery();
  }
  await scene.cell.removeAcl(refused.mayWrite);
  await run();
  expect(await refused.delivery()).toMatchObject({ deliveredSequence: 0n, failures: 1, takenUntil: null });
  expect((await refused.delivery()).problem).toContain('service account may not');
  expect(await fine.delivery()).toMatchObject({ deliveredSequence: 2n, failures: 0 });
  later = 2_000;
  const due = await sweep();
  expect(due.failing).toContain(refused.organizationId);
  expect(due.healthy).not.toContain(refused.organizationId);
  await scene.cell.applyAcl(refused.mayWrite);
  // A broker hears of it within moments.
  for (let tries = 0; tries < 20 && (await refused.delivery()).problem !== null; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    later += 400_000;
    await run();
  }
  expect(await refused.delivery()).toMatchObject({
    deliveredSequence: 2n,
    failingSince: null,
    problem: null,
  });
  expect((await refused.read(2)).map(({ event }) => event.data?.sequence)).toEqual([1, 2]);
});

it('administrators hear once of what fails for long, and again only after it has succeeded', async () => {
  const company = await scene.newCompany();
  const { organizationId } = company;
  const userId = `u-${organizationId.slice(0, 8)}`;
  const user = { id: userId, name: 'Ada', email: `${userId}@example.com`, emailVerified: true };
  await scene.db.user.create({ data: user });
  await scene.db.member.create({ data: { organizationId, userId } });
  const crn = `crn://weir/organization=${organizationId}`;
  await scene.db.roleBinding.create({
    data: {
      ...{ id: `rb-${userId}`, organizationId, principalKind: 'User', principalId: userId },
      ...{ roleName: 'OrganizationAdmin', scope: crn, crnPattern: crn },
    },
  });
  await company.add(1);
  await company.setDelivery();
  await scene.stopBroker();
  await run();
  expect((await company.delivery()).problem).toContain('did not answer');
  expect(await mailsOf(userId)).toEqual([]);
  for (const [turn, expected] of [
    [1, ['audit-notice']],
    [2, ['audit-notice']],
  ] as const) {
    later = toldAfterMs * turn + 1_000;
    await run();
    expect(await mailsOf(userId)).toEqual(expected);
  }
  await scene.startBroker();
  later = toldAfterMs * 3;
  await run();
  expect(await company.delivery()).toMatchObject({ deliveredSequence: 1n, toldAt: null, failures: 0 });
});

it('nothing is written in the name of an account, or to a cluster, that is gone', async () => {
  const company = await scene.newCompany();
  await company.add(1);
  await company.setDelivery();
  const deletedAt = new Date();
  await scene.db.serviceAccount.update({ where: { id: company.serviceAccountId }, data: { deletedAt } });
  await run();
  expect((await company.delivery()).problem).toBe('The service account is not there any more.');
  await scene.db.serviceAccount.update({
    where: { id: company.serviceAccountId },
    data: { deletedAt: null },
  });
  await scene.db.cluster.update({ where: { id: company.clusterId }, data: { deletedAt } });
  later = 5_000;
  await run();
  expect(await company.delivery()).toMatchObject({
    problem: 'The cluster is not there any more.',
    failures: 2,
  });
});

it('an attempt that began under another setting notes nothing, neither that it succeeded nor that it failed', async () => {
  const company = await scene.newCompany();
  const { organizationId } = company;
  await company.add(5);
  await company.setDelivery();
  const taken = await takeAudit(scene.db, organizationId, Date.now());
  if (taken.kind !== 'taken') throw new Error('it is due');
  expect((await takeAudit(scene.db, organizationId, Date.now())).kind).toBe('nothing');
  const version = { increment: 1 };
  await scene.db.auditDelivery.update({ where: { organizationId }, data: { version } });
  expect(await markDelivered(scene.db, taken.audit, 5n, Date.now(), true)).toBeNull();
  const at = new Date();
  const noted = { problem: 'none', failures: 1, failingSince: at, toldAt: null, dueAt: at };
  expect(await markFailed(scene.db, taken.audit, noted)).toBe(false);
  expect(await company.delivery()).toMatchObject({ deliveredSequence: 0n, problem: null, failures: 0 });
});
