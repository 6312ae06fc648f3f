import { Inject, Injectable } from '@nestjs/common';
import { type AuditRow, auditColumns } from '@weir/audit-log/audit-row';
import type { AuditFilter } from '@weir/contracts/audit';
import { type ControlDb, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

/** Which part of what is meant: below a number, newest first, or above one, oldest first. */
export type AuditSlice =
  | { readonly below: bigint | null; readonly limit: number }
  | { readonly above: bigint; readonly limit: number };

/** How many events text is looked for in: reading them takes some tenths of a second. */
const searchedMax = 100_000;

/** Reads the log of an organization. What is written to it is AuditStore's. */
@Injectable()
export class AuditReaderStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** What the filter means, as a condition on `audit_events`. */
  async condition(organizationId: string, filter: AuditFilter): Promise<Prisma.Sql> {
    const exact = exactly(organizationId, filter);
    if (filter.search === undefined || filter.search === '') return exact;
    const [lowest] = await this.db.$queryRaw<{ sequence: bigint | null }[]>(
      Prisma.sql`SELECT min(sequence) AS sequence FROM (
        SELECT sequence FROM audit_events WHERE ${exact} ORDER BY sequence DESC LIMIT ${searchedMax}) newest`,
    );
    const pattern = `%${filter.search.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
    const named = await this.db.user.findMany({
      where: { members: { some: { organizationId } }, OR: nameContains(filter.search) },
      select: { id: true },
      take: 100,
    });
    const people = named.map((user) => user.id);
    return Prisma.sql`${exact} AND sequence >= ${lowest?.sequence ?? 0n}
      AND (concat_ws(' ', action, resource_kind, resource_id, actor_id, source_ip, before, after) ILIKE ${pattern}
        OR actor_id = ANY (${people}) OR resource_id = ANY (${people}))`;
  }

  async count(condition: Prisma.Sql): Promise<number> {
    const [row] = await this.db.$queryRaw<{ count: number }[]>(
      Prisma.sql`SELECT count(*)::integer AS count FROM audit_events WHERE ${condition}`,
    );
    return row?.count ?? 0;
  }

  read(condition: Prisma.Sql, slice: AuditSlice): Promise<AuditRow[]> {
    const part =
      'above' in slice
        ? Prisma.sql`sequence > ${slice.above} ORDER BY sequence`
        : Prisma.sql`(${slice.below}::bigint IS NULL OR sequence < ${slice.below}) ORDER BY sequence DESC`;
    return this.db.$queryRaw<AuditRow[]>(
      Prisma.sql`SELECT ${auditColumns} FROM audit_events WHERE ${condition} AND ${part} LIMIT ${slice.limit}`,
    );
  }

  /** The event of that number; null: there is none. */
  async find(organizationId: string, sequence: bigint): Promise<AuditRow | null> {
    const [row] = await this.read(
      Prisma.sql`organization_id = ${organizationId}::uuid AND sequence = ${sequence}`,
      { below: null, limit: 1 },
    );
    return row ?? null;
  }

  /**
   * Names by id: people's as they are now, if they are members still, since the log, which is for ever, keeps none; of
   * everything else the last display name that the log has.
   */
  async namesOf(organizationId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const wanted = [...new Set(ids)];
    const [people, things] = await Promise.all([
      this.db.user.findMany({
        where: { id: { in: wanted }, members: { some: { organizationId } } },
        select: { id: true, name: true, email: true },
      }),
      this.db.$queryRaw<{ id: string; name: string }[]>(
        Prisma.sql`SELECT DISTINCT ON (resource_id) resource_id AS id,
            coalesce(after ->> 'display_name', before ->> 'display_name') AS name
          FROM audit_events
          WHERE organization_id = ${organizationId}::uuid AND resource_id = ANY (${wanted})
            AND coalesce(after ->> 'display_name', before ->> 'display_name') <> ''
          ORDER BY resource_id, sequence DESC`,
      ),
    ]);
    return new Map([
      ...things.map(({ id, name }) => [id, name] as const),
      ...people.map(({ id, name, email }) => [id, name === '' ? email : name] as const),
    ]);
  }
}

const nameContains = (text: string) => [
  { name: { contains: text, mode: 'insensitive' as const } },
  { email: { contains: text, mode: 'insensitive' as const } },
];

/** All that a filter says but its search. */
const exactly = (organizationId: string, filter: AuditFilter): Prisma.Sql => {
  const parts = [Prisma.sql`organization_id = ${organizationId}::uuid`];
  const { action, outcome, start_time: start, end_time: end } = filter;
  if (action?.endsWith('.*')) parts.push(Prisma.sql`starts_with(action, ${action.slice(0, -1)})`);
  else if (action !== undefined) parts.push(Prisma.sql`action = ${action}`);
  if (filter['actor.id'] !== undefined) parts.push(Prisma.sql`actor_id = ${filter['actor.id']}`);
  if (filter['resource.id'] !== undefined) parts.push(Prisma.sql`resource_id = ${filter['resource.id']}`);
  if (filter['resource.kind'] !== undefined)
    parts.push(Prisma.sql`resource_kind = ${filter['resource.kind']}`);
  if (outcome !== undefined) parts.push(Prisma.sql`outcome = ${outcome}`);
  if (start !== undefined) parts.push(Prisma.sql`time >= ${new Date(start)}`);
  if (end !== undefined) parts.push(Prisma.sql`time < ${new Date(end)}`);
  return Prisma.join(parts, ' AND ');
};
