import { listBrokers } from '@weir/contracts/brokers';
import { limitsOfDedicated, limitsOfStandard } from '@weir/contracts/cluster-kinds';
import { createCluster, deleteCluster, getCluster, updateCluster } from '@weir/contracts/clusters';
import { deleteClusterForGood, restoreCluster } from '@weir/contracts/deleted-clusters';
import { createApiKey } from '@weir/contracts/iam';
import { listOrganizations } from '@weir/contracts/organizations';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { listTopics } from '@weir/contracts/topics';
import { schemaOfCell } from '@weir/db/cell-schema';
import { dropCell } from '@weir/db/drop-cell';
import { migrateCell } from '@weir/db/migrate-cell';
import { applyOutboxEntry } from '@weir/provisioning/apply-outbox-entry';
import { findUnsettled } from '@weir/provisioning/cell.store';
import { type Cells, openCells } from '@weir/provisioning/cells';
import { findDueEntries } from '@weir/provisioning/outbox.store';
import { settleCell } from '@weir/provisioning/settle-cell';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { isKilled, mortal } from '../testing/mortal.ts';

let api: TestApi;
let cells: Cells & { close(): Promise<void> };
let person: ApiClient;
beforeAll(async () => {
  api = await startTestApi({
    settings: { dedicatedBrokers: 8 },
    makeCells: (url, localSchema) => {
      cells = openCells({ url, localSchema, onIncident: () => undefined });
      return cells;
    },
  });
  person = await api.signUp();
  await setUnits(person, 100);
});
afterAll(async () => {
  await api.close();
  await cells.close();
});

const setUnits = async (who: ApiClient, dedicated_units: number) => {
  const id = (await who.call(listOrganizations, {})).data[0]?.id ?? '';
  await api.platform.db.organization.update({ where: { id }, data: { limits: { dedicated_units } } });
};
const dedicated = (cku: number, change: object = {}) => ({
  spec: { display_name: 'own', config: { kind: 'Dedicated' as const, cku }, ...change },
});
const create = (cku: number, change: object = {}) =>
  person.call(createCluster, { body: dedicated(cku, change) });
const cellOf = async (id: string) => {
  const { cellId } = await api.platform.db.cluster.findUniqueOrThrow({
    where: { id },
    select: { cellId: true },
  });
  return cellId;
};

const deps = () => ({ db: api.platform.db, cells, now: Date.now, brokerHost: 'localhost' });
let port = 20_000;
/** What whoever runs brokers does, with brokers that only register: their processes are tested by infra. */
const drive = async (): Promise<void> => {
  const { db, settings } = api.platform;
  for (const cell of await db.cell.findMany({
    where: { brokersWanted: { not: null } },
    include: { brokers: true },
  })) {
    const gone = cell.brokers.filter(({ wanted }) => wanted === 'GONE');
    await db.cellBroker.deleteMany({ where: { brokerId: { in: gone.map(({ brokerId }) => brokerId) } } });
    if (cell.state === 'LEAVING') {
      if (cell.brokers.length > 0) continue;
      await dropCell(settings.cellUrl, cell.id);
      await db.cell.update({ where: { id: cell.id }, data: { hasStore: false } });
      continue;
    }
    await migrateCell(settings.cellUrl, schemaOfCell(cell.id));
    await db.cell.update({ where: { id: cell.id }, data: { hasStore: true } });
    for (const { brokerId, generation, wanted } of cell.brokers) {
      if (wanted !== 'RUN') continue;
      if (cell.state === 'STOPPED') {
        await db.cellBroker.update({ where: { brokerId }, data: { runningGeneration: null } });
        continue;
      }
      await db.cellBroker.updateMany({ where: { brokerId, port: null }, data: { port: port++ } });
      await db.cellBroker.update({ where: { brokerId }, data: { runningGeneration: generation } });
      await cells.store(cell.id).registerBroker(brokerOf(brokerId));
    }
  }
};
const brokerOf = (brokerId: number) => ({
  ...{ brokerId, host: 'localhost', port: 1, peerHost: 'localhost', peerPort: 2, rack: null, machine: null },
  programVersion: null,
  ...{ directoryId: `directory-${brokerId}`, directoryPlace: `place-${brokerId}`, lastBootEpochMax: null },
  ...{ directoryMark: null, hasLostWrites: false, missingReplicas: [] },
});
/** Both of them, again and again, until nothing is to be done. */
const settleAll = async (): Promise<void> => {
  for (let round = 0; round < 20; round += 1) {
    const open = await findUnsettled(api.platform.db, 100);
    await drive();
    if (open.length === 0) return;
    for (const cellId of open) await settleCell(deps(), cellId);
  }
  throw new Error('some cell is not as it is wanted');
};

/** A worker's life, which ends at its n-th question to a store. Returns whether it came to that. */
const shortLife = async (diesAt: number, when: 'before' | 'after'): Promise<boolean> => {
  const { db, cells: seen } = mortal(api.platform.db, cells, diesAt, when);
  const own = { db, cells: seen, now: Date.now, brokerHost: 'localhost' };
  try {
    for (const cellId of await findUnsettled(db, 100)) await settleCell(own, cellId);
    for (const id of await findDueEntries(db, Date.now() + 60_000, 100)) await applyOutboxEntry(own, id);
    return false;
  } catch (cause) {
    if (isKilled(cause)) return true;
    throw cause;
  }
};

/** Each life is a question longer than the one before, so that every question that there is is a worker's last. */
const settleByShortLives = async (when: 'before' | 'after'): Promise<number> => {
  for (let diesAt = 1; diesAt < 500; diesAt += 1) {
    await drive();
    if (await shortLife(diesAt, when)) continue;
    await drive();
    const open = await findUnsettled(api.platform.db, 1);
    if (open.length === 0) return diesAt;
  }
  throw new Error('it is not as it is wanted');
};

const deleteForGood = async (id: string): Promise<void> => {
  await person.call(deleteCluster, { params: { id } });
  await person.call(deleteClusterForGood, { params: { id } });
  await settleAll();
};

describe('a Dedicated cluster', () => {
  it('gets a cell of its own, an address that stays, and limits by its units, which say how far a resize is', async () => {
    const made = await create(1);
    expect(made.status).toEqual({ phase: 'PROVISIONING', cku: 0 });
    expect(made.spec.kafka_bootstrap_endpoint).toBe('');
    const params = { id: made.id };
    // Made before there is anything to tell of it.
    const key = await person.call(createApiKey, { body: { spec: { resource: { id: made.id } } } });
    const early = await person.try(listTopics, { params: { cluster_id: made.id } });
    expect([early.status, early.text]).toEqual([503, expect.stringContaining('still being provisioned')]);
    expect((await person.call(listBrokers, { params })).data).toEqual([]);
    const query = { scope: 'KAFKA_CLUSTER', kafka_cluster: made.id };
    expect((await person.call(listAppliedQuotas, { query })).data).toEqual([]);

    await settleAll();
    const there = await person.call(getCluster, { params });
    expect(there.status).toEqual({ phase: 'PROVISIONED', cku: 1 });
    expect(there.spec.kafka_bootstrap_endpoint).toMatch(/^SASL_PLAINTEXT:\/\/localhost:\d+$/);
    const store = cells.store(await cellOf(made.id));
    expect((await store.findCluster(made.id))?.limits).toEqual(limitsOfDedicated(1));
    expect(await api.cell.findCluster(made.id)).toBeNull();
    expect((await person.call(listTopics, { params: { cluster_id: made.id } })).data).toEqual([]);
    const due = await api.platform.db.outbox.findFirst({ where: { subjectId: key.id, appliedAt: null } });
    expect(due?.dueAt.getTime() ?? 0).toBeLessThanOrEqual(Date.now());

    const body = { spec: { config: { kind: 'Dedicated' as const, cku: 3 } } };
    const asked = await person.call(updateCluster, { params, body });
    expect([asked.spec.config, asked.status]).toEqual([
      { kind: 'Dedicated', cku: 3 },
      { phase: 'PROVISIONED', cku: 1 },
    ]);
    await settleAll();
    const grown = await person.call(getCluster, { params });
    expect(grown.status.cku).toBe(3);
    expect(grown.spec.kafka_bootstrap_endpoint).toBe(there.spec.kafka_bootstrap_endpoint);
    expect((await store.findCluster(made.id))?.limits).toEqual(limitsOfDedicated(3));
    const { data: brokers } = await person.call(listBrokers, { params });
    expect(brokers.map(({ state, stored_bytes }) => [state, stored_bytes])).toEqual(
      Array(3).fill(['RUNNING', null]),
    );

    await person.call(deleteCluster, { params });
    expect((await person.try(getCluster, { params })).status).toBe(404);
    await settleAll();
    expect(await api.platform.db.cellBroker.count({ where: { runningGeneration: { not: null } } })).toBe(0);
    const [units] = (await person.call(listAppliedQuotas, { query: { scope: 'ORGANIZATION' } })).data.filter(
      (quota) => quota.id === 'organization.dedicated_units.max',
    );
    expect(units?.usage).toBe(0);

    expect((await person.call(restoreCluster, { params })).status).toEqual({ phase: 'PROVISIONING', cku: 0 });
    // Deleted again before its brokers were back, it is kept all the same.
    await person.call(deleteCluster, { params });
    await settleAll();
    expect(await api.platform.db.cellBroker.count({ where: { runningGeneration: { not: null } } })).toBe(0);
    await person.call(restoreCluster, { params });
    await settleAll();
    const back = await person.call(getCluster, { params });
    expect([back.status, back.spec]).toEqual([grown.status, grown.spec]);
    expect(await store.findCluster(made.id)).not.toHaveProperty('isSuspended');

    await deleteForGood(made.id);
    expect((await person.try(getCluster, { params })).status).toBe(404);
    expect((await person.try(restoreCluster, { params })).status).toBe(404);
    expect(await api.platform.db.cell.count({ where: { kind: 'dedicated' } })).toBe(0);
    expect(await api.platform.db.cellBroker.count()).toBe(0);
  });

  it('of several zones has a broker in each, and two units at least', async () => {
    const few = await person.try(createCluster, { body: dedicated(1, { availability: 'MULTI_ZONE' }) });
    expect([few.status, few.text]).toEqual([400, expect.stringContaining('/spec/config/cku')]);
    const { id } = await create(2, { availability: 'MULTI_ZONE' });
    await settleAll();
    const brokers = await api.platform.db.cellBroker.findMany({ where: { cellId: await cellOf(id) } });
    expect(brokers.map(({ rack }) => rack).toSorted()).toEqual([1, 2, 3]);
    expect(brokers.every(({ brokerId }) => brokerId > 1000)).toBe(true);
    const shrunk = { params: { id }, body: { spec: { config: { kind: 'Dedicated' as const, cku: 1 } } } };
    expect((await person.try(updateCluster, shrunk)).text).toContain('2 units at least');
    await deleteForGood(id);
  });

  it('is one for one Idempotency-Key, however often it is asked for at once', async () => {
    const once = person.with({ 'idempotency-key': 'dedicated' });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => once.call(createCluster, { body: dedicated(1) })),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await api.platform.db.cell.count({ where: { kind: 'dedicated' } })).toBe(1);
    // Still being made, so that there is nothing to be restored.
    await person.call(deleteCluster, { params: { id: answers[0]?.id ?? '' } });
    await settleAll();
    expect(await api.platform.db.cell.count({ where: { kind: 'dedicated' } })).toBe(0);
  });

  it.each(['before', 'after'] as const)(
    'is there once, grows, shrinks, comes back and goes, whichever question was a worker’s last: killed %s its answer',
    async (when) => {
      const { db } = api.platform;
      const brokers = () =>
        db.cellBroker.count({ where: { wanted: 'RUN', runningGeneration: { not: null } } });
      const { id } = await create(2);
      const params = { id };
      const resize = (cku: number) =>
        person.call(updateCluster, { params, body: { spec: { config: { kind: 'Dedicated', cku } } } });
      // So many questions are asked before it is there: each was somebody's last.
      expect(await settleByShortLives(when)).toBeGreaterThan(10);
      const made = await person.call(getCluster, { params });
      expect([made.status, await brokers()]).toEqual([{ phase: 'PROVISIONED', cku: 2 }, 2]);
      for (const cku of [3, 1]) {
        await resize(cku);
        await settleByShortLives(when);
        expect([(await person.call(getCluster, { params })).status.cku, await brokers()]).toEqual([cku, cku]);
      }
      await person.call(deleteCluster, { params });
      await settleByShortLives(when);
      expect(await brokers()).toBe(0);
      await person.call(restoreCluster, { params });
      await settleByShortLives(when);
      const back = await person.call(getCluster, { params });
      expect([back.status, await brokers()]).toEqual([{ phase: 'PROVISIONED', cku: 1 }, 1]);
      expect(back.spec.kafka_bootstrap_endpoint).toBe(made.spec.kafka_bootstrap_endpoint);
      const store = cells.store(await cellOf(id));
      expect(await store.findCluster(id)).toMatchObject({ limits: limitsOfDedicated(1) });
      await person.call(deleteCluster, { params });
      await person.call(deleteClusterForGood, { params });
      await settleByShortLives(when);
      expect(await db.cell.count({ where: { kind: 'dedicated' } })).toBe(0);
      expect(await db.cellBroker.count()).toBe(0);
      expect(await db.cluster.count({ where: { id, deletedAt: { not: null }, restorableUntil: null } })).toBe(
        1,
      );
      // What is paid for: units that are there and wanted, and nothing while it is deleted.
      const terms = await db.clusterTerm.findMany({ where: { clusterId: id }, orderBy: { id: 'asc' } });
      expect(terms.map(({ kind, units }) => [kind, units])).toEqual([
        ['Dedicated', 2],
        ['Dedicated', 3],
        ['Dedicated', 1],
        ['', 0],
        ['Dedicated', 1],
        ['', 0],
      ]);
    },
  );

  it('is refused beyond the units of its organization, and beyond the room there is, and leaves nothing of it', async () => {
    const small = await api.signUp();
    const body = dedicated(3);
    const refused = await small.try(createCluster, { body });
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('limit of 2 units')]);
    await setUnits(small, 100);
    const answers = await Promise.all(Array.from({ length: 4 }, () => small.try(createCluster, { body })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.text).toContain('no_capacity');
    expect(await api.platform.db.cell.count({ where: { kind: 'dedicated' } })).toBe(2);
    expect(await api.platform.db.cluster.count({ where: { kind: 'Dedicated', deletedAt: null } })).toBe(2);
    await api.platform.db.cluster.updateMany({ where: { kind: 'Dedicated' }, data: { phase: 'DELETING' } });
    await api.platform.db.cell.updateMany({
      where: { kind: 'dedicated' },
      data: { state: 'LEAVING', isSettled: false },
    });
    await settleAll();
  });

  it('is what none becomes, and a Basic one becomes Standard with the limits of that', async () => {
    const { id } = await person.call(createCluster, { body: { spec: { display_name: 'shared' } } });
    const params = { id };
    const to = (config: { kind: 'Basic' } | { kind: 'Standard' } | { kind: 'Dedicated'; cku: number }) =>
      person.try(updateCluster, { params, body: { spec: { config } } });
    expect((await to({ kind: 'Dedicated', cku: 1 })).status).toBe(400);
    const query = { dry_run: 'true' };
    const standard = { spec: { config: { kind: 'Standard' as const } } };
    const dry = await person.call(updateCluster, { params, query, body: standard });
    expect(dry.spec.config.kind).toBe('Standard');
    expect((await person.call(getCluster, { params })).spec.config.kind).toBe('Basic');
    expect((await to({ kind: 'Standard' })).status).toBe(200);
    expect((await api.cell.findCluster(id))?.limits).toEqual(limitsOfStandard);
    expect((await to({ kind: 'Basic' })).text).toContain('does not become Basic');
  });
});
