import { organizationLimitNames } from '@weir/contracts/quotas';
import { type ControlTx, Prisma } from '@weir/db/control';
import { addAllToOutbox } from '@weir/provisioning/outbox.store';
import { z } from 'zod';
import { type AdminTools, auditOf, type Operator, operatorCall, UsageError } from './operator.ts';

const foundMax = 50;

interface FoundTenant {
  readonly id: string;
  readonly name: string;
  readonly members: number;
  readonly clusters: number;
  readonly suspendedAt: Date | null;
}

/** By its id or a part of its name, the address of somebody in it, or the id of a cluster, key or person. */
export const findTenants = async ({ db, print }: AdminTools, text: string): Promise<void> => {
  const like = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const found = await db.$queryRaw<FoundTenant[]>(Prisma.sql`
    SELECT o.id, o.display_name AS name, o.suspended_at AS "suspendedAt",
      (SELECT count(*) FROM members WHERE organization_id = o.id)::integer AS members,
      (SELECT count(*) FROM clusters WHERE organization_id = o.id AND deleted_at IS NULL)::integer AS clusters
    FROM organizations o WHERE o.deleted_at IS NULL AND (o.id::text = ${text} OR o.display_name ILIKE ${like}
      OR o.id IN (SELECT organization_id FROM clusters WHERE id = ${text})
      OR o.id IN (SELECT organization_id FROM api_keys WHERE id = ${text})
      OR o.id IN (SELECT m.organization_id FROM members m JOIN users u ON u.id = m.user_id
        WHERE u.email = ${text.toLowerCase()} OR u.id = ${text}))
    ORDER BY o.created_at LIMIT ${foundMax}`);
  for (const { clusters, id, members, name, suspendedAt } of found) {
    const state = suspendedAt === null ? '' : `  SUSPENDED since ${suspendedAt.toISOString()}`;
    print(`${id}  ${name}  ${members} members, ${clusters} clusters${state}`);
  }
  if (found.length === 0) print('nobody');
  if (found.length === foundMax) print(`the first ${foundMax}: say more of it`);
};

/**
 * Suspends an organization, or takes that back. Its people can look at everything and change nothing (409), and brokers
 * end what its keys have opened and let them in no more, within ten seconds. Nothing is deleted: keys open again what
 * they opened as they were.
 */
export const setSuspended = async (
  tools: AdminTools,
  organizationId: string,
  isSuspended: boolean,
  operator: Operator,
): Promise<void> => {
  const { clock, db, print } = tools;
  const now = clock.now();
  await db.$transaction(async (tx) => {
    const before = await lockTenant(tx, organizationId);
    if ((before.suspendedAt !== null) === isSuspended) {
      throw new UsageError(`It is ${isSuspended ? 'suspended already' : 'not suspended'}.`);
    }
    const data = { suspendedAt: isSuspended ? new Date(now) : null };
    await tx.organization.update({ where: { id: organizationId }, data, select: { id: true } });
    const keys = await tx.apiKey.findMany({
      where: { organizationId, revokedAt: null, clusterId: { not: null } },
      select: { id: true },
    });
    await addAllToOutbox(
      tx,
      'api-key',
      keys.map(({ id }) => id),
      now,
    );
    await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
      action: isSuspended ? 'organization.suspend' : 'organization.resume',
      resource: { kind: 'Organization', id: organizationId },
      after: { reason: operator.reason },
    });
  });
  print(`${organizationId}  ${isSuspended ? 'suspended' : 'goes on as usual'}`);
};

const Limits = z.record(z.string(), z.int().nonnegative()).nullable().catch(null);
const limitMax = 1_000_000;

/** Changes one of an organization's limits by its name, as applied-quotas shows it; `default` takes that back. */
export const setLimit = async (
  tools: AdminTools,
  organizationId: string,
  name: string | undefined,
  value: string | undefined,
  operator: Operator,
): Promise<void> => {
  const known = organizationLimitNames.find((one) => one === name);
  if (known === undefined) {
    throw new UsageError(
      `There is no limit "${name ?? ''}". There are: ${organizationLimitNames.join(', ')}.`,
    );
  }
  const wanted = value === 'default' ? null : Number(value);
  if (wanted !== null && !(Number.isInteger(wanted) && wanted >= 0 && wanted <= limitMax && value !== '')) {
    throw new UsageError(`A limit is a whole number up to ${limitMax}, or "default".`);
  }
  await tools.db.$transaction(async (tx) => {
    const before = Limits.parse((await lockTenant(tx, organizationId)).limits);
    const { [known]: was, ...rest } = before ?? {};
    const limits = wanted === null ? rest : { ...rest, [known]: wanted };
    await tx.organization.update({ where: { id: organizationId }, data: { limits }, select: { id: true } });
    await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
      action: 'organization.set-limit',
      resource: { kind: 'Organization', id: organizationId },
      before: { [known]: was ?? null },
      after: { [known]: wanted, reason: operator.reason },
    });
  });
  tools.print(`${organizationId}  ${known} ${wanted ?? 'as by default'}`);
};

const lockTenant = async (tx: ControlTx, organizationId: string) => {
  await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
  const found = await tx.organization.findFirst({
    where: { id: organizationId, deletedAt: null },
    select: { suspendedAt: true, limits: true },
  });
  if (!found) throw new UsageError(`There is no organization ${organizationId}.`);
  return found;
};
