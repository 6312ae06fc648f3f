import { createHash } from 'node:crypto';
import { chainStart } from '@weir/audit-log/chain';
import {
  checkAuditChain,
  ExportedAuditEvent,
  exportAuditEvents,
  listAuditEvents,
} from '@weir/contracts/audit';
import { createCluster, deleteCluster, updateCluster } from '@weir/contracts/clusters';
import { createEnvironment } from '@weir/contracts/organizations';
import { Prisma } from '@weir/db/control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../admin/verify-audit.ts';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
let person: ApiClient;
let clusterId: string;

beforeAll(async () => {
  api = await startTestApi();
  person = await api.signUp();
  const { id } = await person.call(createCluster, { body: { spec: { display_name: 'orders-prod' } } });
  clusterId = id;
  const params = { id };
  await person.call(updateCluster, { params, body: { spec: { display_name: 'orders-100%' } } });
  await person.call(createEnvironment, { body: { display_name: 'staging' } });
  const gone = await person.call(createCluster, { body: { spec: { display_name: 'short-lived' } } });
  await person.call(deleteCluster, { params: { id: gone.id } });
});
afterAll(() => api.close());

const actionsOf = async (query: Record<string, string>) => {
  const page = await person.call(listAuditEvents, { query: { page_size: '100', ...query } });
  expect(page.metadata.total_size).toBe(page.data.length);
  return page.data.map((event) => event.action);
};

describe('the list', () => {
  it('names who and what beside their ids, also what is gone by now', async () => {
    const { data } = await person.call(listAuditEvents, { query: { 'resource.kind': 'Cluster' } });
    expect(data.map((event) => [event.action, event.resource.name])).toEqual([
      ['cluster.delete', 'short-lived'],
      ['cluster.create', 'short-lived'],
      ['cluster.update', 'orders-100%'],
      ['cluster.create', 'orders-100%'],
    ]);
    expect(data.every((event) => event.actor.name !== null && event.source_ip !== null)).toBe(true);
  });

  it('says from where somebody signed up, as of all else that she did', async () => {
    const { data } = await person.call(listAuditEvents, { query: { action: 'organization.create' } });
    expect(data.map(({ source_ip }) => source_ip)).toEqual(['127.0.0.1']);
  });

  it('is filtered by action or a family of actions, object, person, outcome and time', async () => {
    expect(await actionsOf({ action: 'cluster.*' })).toHaveLength(4);
    expect(await actionsOf({ action: 'cluster.delete' })).toEqual(['cluster.delete']);
    expect(await actionsOf({ action: 'cluster' })).toEqual([]);
    expect(await actionsOf({ 'resource.id': clusterId })).toEqual(['cluster.update', 'cluster.create']);
    expect(await actionsOf({ outcome: 'DENIED' })).toEqual([]);
    const [{ actor, time }] = (
      await person.call(listAuditEvents, { query: { action: 'environment.create' } })
    ).data as [Awaited<ReturnType<typeof firstEvent>>];
    expect((await actionsOf({ 'actor.id': actor.id, end_time: time })).includes('environment.create')).toBe(
      false,
    );
    expect(await actionsOf({ start_time: time })).toContain('environment.create');
    expect(await actionsOf({ 'actor.id': 'u-nobody' })).toEqual([]);
    const refused = await person.try(listAuditEvents, { query: { start_time: 'yesterday' } });
    expect([refused.status, refused.text.includes('start_time')]).toEqual([400, true]);
  });

  it('is searched for text as it stands, wherever an event has it, people by their names', async () => {
    expect(await actionsOf({ search: 'ORDERS-100%' })).toEqual(['cluster.update']);
    expect(await actionsOf({ search: 'orders-%' })).toEqual([]);
    expect(await actionsOf({ search: 'staging', action: 'environment.*' })).toEqual(['environment.create']);
    const { actor } = await firstEvent();
    expect((await actionsOf({ search: actor.name ?? '-' })).length).toBeGreaterThan(4);
  });

  it('goes on with its filters from page to page, and no event is there twice or missing', async () => {
    const seen: number[] = [];
    let query: Record<string, string> | null = { action: 'cluster.*', page_size: '1' };
    while (query !== null) {
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(query);
      seen.push(...page.data.map((event) => event.sequence));
      query = page.metadata.next ? Object.fromEntries(new URL(page.metadata.next).searchParams) : null;
    }
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(seen.toSorted((one, other) => other - one));
  });
});

const pageOf = (query: Record<string, string>) => person.call(listAuditEvents, { query });
const firstEvent = async () => {
  const { data } = await person.call(listAuditEvents, { query: { page_size: '1' } });
  const [event] = data;
  if (event === undefined) throw new Error('nothing has happened');
  return event;
};

describe('the export', () => {
  it('has every event, oldest first, and what it takes to check the chain without asking anybody', async () => {
    const answer = await person.try(exportAuditEvents, {});
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const lines = answer.text.trimEnd().split('\n');
    const events = lines.map((line) => ExportedAuditEvent.parse(JSON.parse(line)));
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, at) => at + 1));
    let previous = chainStart;
    for (const event of events) {
      expect(createHash('sha256').update(event.hashed_text).digest('hex')).toBe(event.hash);
      expect(JSON.parse(event.hashed_text)).toMatchObject({ previousHash: previous, action: event.action });
      previous = event.hash;
    }
    const some = await person.try(exportAuditEvents, { query: { action: 'environment.create' } });
    expect(some.text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is one at a time of an organization, and another may begin once its reader has gone', async () => {
    const path = `${person.url}${exportAuditEvents.path}`;
    for (let round = 0; round < 3; round += 1) {
      const gone = new AbortController();
      const begun = await fetch(path, { headers: person.headers, signal: gone.signal });
      expect(begun.status).toBe(200);
      gone.abort();
      await expect.poll(async () => (await person.try(exportAuditEvents, {})).status).toBe(200);
    }
  });
});

describe('the chain', () => {
  const check = (query: Record<string, string> = {}) => person.call(checkAuditChain, { query });

  it('is intact as long as nobody touches it, and goes on from what somebody has noted', async () => {
    const whole = await check();
    expect(whole).toMatchObject({ is_intact: true, problem: null, checked: { from: 1 } });
    const { sequence, hash } = whole.last ?? { sequence: 0, hash: '' };
    expect(await check({ after: String(sequence), hash })).toMatchObject({ is_intact: true, checked: null });
    await person.call(createEnvironment, { body: { display_name: 'later' } });
    expect(await check({ after: String(sequence), hash })).toMatchObject({
      is_intact: true,
      checked: { from: sequence + 1, to: sequence + 1 },
    });
    expect(await check({ after: String(sequence), hash: chainStart })).toMatchObject({
      is_intact: false,
      problem: { sequence, detail: 'It has not the hash that you have noted.' },
      last: null,
    });
  });

  it('shows what was changed, taken out, or cut off its end', async () => {
    const whole = await check();
    const end = whole.last?.sequence ?? 0;
    const cases = [
      [
        Prisma.sql`UPDATE audit_events SET actor_id = 'u-other' WHERE sequence = 3`,
        3,
        'not what was written',
      ],
      [Prisma.sql`DELETE FROM audit_events WHERE sequence = 2`, 2, 'missing'],
      [Prisma.sql`DELETE FROM audit_events WHERE sequence = ${end}`, end, 'not there any more'],
    ] as const;
    expect(await verified()).toEqual([true, expect.stringContaining(`${end} events, intact`)]);
    for (const [harm, sequence, words] of cases) {
      const restore = await harmed(harm);
      const isFoundFromTheBeginning = sequence !== end;
      expect(await verified()).toEqual([
        !isFoundFromTheBeginning,
        expect.stringContaining(isFoundFromTheBeginning ? `BROKEN at event ${sequence}: ` : 'intact'),
      ]);
      const after = sequence === end ? { after: String(end), hash: whole.last?.hash ?? '' } : {};
      const checked = await check(after);
      expect(checked).toMatchObject({ is_intact: false, problem: { sequence } });
      expect(checked.problem?.detail).toContain(words);
      await restore();
    }
    expect(await check()).toEqual(whole);
  });
});

/** What the operator's command finds, and says. */
const verified = async () => {
  const lines: string[] = [];
  return [await verifyAudit(api.platform.db, null, (line) => lines.push(line)), lines.join('\n')];
};

/** Past the trigger that refuses changes, as somebody with the database's own rights could; returns what undoes it. */
const harmed = async (harm: Prisma.Sql): Promise<() => Promise<void>> => {
  const { db } = api.platform;
  const past = (...statements: Prisma.Sql[]) =>
    db.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
      for (const statement of statements) await tx.$executeRaw(statement);
    });
  await past(Prisma.sql`CREATE TABLE kept_events AS SELECT * FROM audit_events`, harm);
  return () =>
    past(
      Prisma.sql`DELETE FROM audit_events`,
      Prisma.sql`INSERT INTO audit_events SELECT * FROM kept_events`,
      Prisma.sql`DROP TABLE kept_events`,
    );
};
