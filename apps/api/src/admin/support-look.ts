import { randomUUID } from 'node:crypto';
import type { ControlDb } from '@weir/db/control';
import { type AdminTools, auditOf, type Operator, operatorCall, UsageError } from './operator.ts';

const minuteMs = 60_000;
const minutesMax = 240;
const rowsMax = 500;

/** Lets an operator look at what a tenant has for a while. That it was opened, and why, is in the tenant's log. */
export const openLook = async (
  tools: AdminTools,
  organizationId: string,
  minutesText: string | undefined,
  operator: Operator,
): Promise<void> => {
  const { clock, db, print } = tools;
  const minutes = Number(minutesText);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > minutesMax) {
    throw new UsageError(`Give --minutes, from 1 to ${minutesMax}: how long you may look.`);
  }
  const now = clock.now();
  const expiresAt = new Date(now + minutes * minuteMs);
  const id = randomUUID();
  await db.$transaction(async (tx) => {
    if ((await tx.organization.count({ where: { id: organizationId } })) === 0) {
      throw new UsageError(`There is no organization ${organizationId}.`);
    }
    const { name, reason } = operator;
    await tx.supportLook.create({
      data: { id, organizationId, operator: name, reason, openedAt: new Date(now), expiresAt },
      select: { id: true },
    });
    await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
      action: 'support-look.open',
      resource: { kind: 'SupportLook', id },
      after: { reason, expires_at: expiresAt.toISOString() },
    });
  });
  print(`until ${expiresAt.toISOString()}: support show ${organizationId} ${Object.keys(views).join('|')}`);
};

/** Metadata, a line each. Records are the tenant's, and secrets nobody's: neither is here. */
const views: Readonly<Record<string, (db: ControlDb, organizationId: string) => Promise<readonly string[]>>> =
  {
    clusters: async (db, organizationId) => {
      const rows = await db.cluster.findMany({ where: { organizationId, deletedAt: null }, take: rowsMax });
      return rows.map((row) => `${row.id}  ${row.kind} ${row.phase}  ${row.displayName}  in ${row.cellId}`);
    },
    members: async (db, organizationId) => {
      const rows = await db.member.findMany({
        where: { organizationId },
        take: rowsMax,
        select: { userId: true, user: { select: { email: true, emailVerified: true } } },
      });
      return rows.map(({ user, userId }) =>
        `${userId}  ${user.email}${user.emailVerified ? '' : '  not confirmed'}`.trimEnd(),
      );
    },
    keys: async (db, organizationId) => {
      const rows = await db.apiKey.findMany({
        where: { organizationId, revokedAt: null },
        take: rowsMax,
        select: { id: true, ownerId: true, clusterId: true, expiresAt: true },
      });
      return rows.map(
        ({ clusterId, expiresAt, id, ownerId }) =>
          `${id}  of ${ownerId} for ${clusterId ?? 'cloud'}${expiresAt ? `, until ${expiresAt.toISOString()}` : ''}`,
      );
    },
    roles: async (db, organizationId) => {
      const rows = await db.roleBinding.findMany({ where: { organizationId }, take: rowsMax });
      return rows.map((row) => `${row.id}  ${row.principalId} is ${row.roleName} on ${row.scope}`);
    },
  };

/** Shows one view, if a look of that operator is open. The tenant's log has it before anything is read. */
export const showLook = async (
  tools: AdminTools,
  organizationId: string,
  viewName: string | undefined,
  operator: Pick<Operator, 'name'>,
): Promise<void> => {
  const { clock, db, print } = tools;
  const view = viewName !== undefined && Object.hasOwn(views, viewName) ? views[viewName] : undefined;
  if (view === undefined) {
    throw new UsageError(
      `There is no view "${viewName ?? ''}". There are: ${Object.keys(views).join(', ')}.`,
    );
  }
  const look = await db.supportLook.findFirst({
    where: { organizationId, operator: operator.name, expiresAt: { gt: new Date(clock.now()) } },
    orderBy: { expiresAt: 'desc' },
    select: { id: true, reason: true },
  });
  if (look === null) {
    throw new UsageError(
      `${operator.name} has no open look into ${organizationId}. Open one with support open.`,
    );
  }
  await db.$transaction((tx) =>
    auditOf(tools).record(tx, operatorCall(organizationId, operator), {
      action: 'support-look.read',
      resource: { kind: 'SupportLook', id: look.id },
      after: { view: viewName ?? '', reason: look.reason },
    }),
  );
  for (const line of await view(db, organizationId)) print(line);
};
