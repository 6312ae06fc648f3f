import { randomUUID } from 'node:crypto';
import { appendEvent } from '@weir/audit-log/append-event.store';
import type { ControlTx } from '@weir/db/control';
import { tellAdministrators } from '@weir/mail/people-of-roles.store';
import { addAllToOutbox } from '@weir/provisioning/outbox.store';
import { afterLook, checkedMsMax, missingMsMax } from './look.ts';

/** A domain as it was when DNS was asked. */
export interface LookedAt {
  readonly id: string;
  readonly organizationId: string;
  readonly domain: string;
}

/**
 * Notes what DNS had of a domain, by what the row says by now: another look may have been noted meanwhile. What it comes to
 * is part of the transaction.
 */
export const noteLook = async (
  tx: ControlTx,
  { id }: LookedAt,
  isThere: boolean,
  now: number,
): Promise<void> => {
  await tx.$executeRaw`SELECT 1 FROM sso_domains WHERE id = ${id} FOR UPDATE`;
  const row = await tx.ssoDomain.findUnique({
    where: { id },
    select: { id: true, organizationId: true, domain: true, verifiedAt: true, missingSince: true },
  });
  // It was given up meanwhile.
  if (row === null) return;
  const next = afterLook(row, isThere, new Date(now));
  await tx.ssoDomain.update({
    where: { id },
    data: { ...next, dueAt: new Date(now + checkedMsMax) },
    select: { id: true },
  });
  if (row.verifiedAt === null) return;
  if (next.verifiedAt === null) await lapse(tx, row, now);
  else if (row.missingSince === null && next.missingSince !== null) await tell(tx, row, 'missing', now);
};

/** What follows when a domain counts no more: the way in by it ends, and so does what was enforced for it. */
export const lapse = async (tx: ControlTx, domain: LookedAt, now: number): Promise<void> => {
  const { id, organizationId } = domain;
  await appendEvent(tx, {
    ...{ organizationId, time: new Date(now), action: 'sso-domain.lapse', outcome: 'SUCCESS' },
    // Nobody asked for it: DNS has changed.
    ...{ actorKind: 'System', actorId: 'domain-check', via: 'dns', sourceIp: null, requestId: randomUUID() },
    ...{ resourceKind: 'SsoDomain', resourceId: id, before: null, after: { display_name: domain.domain } },
  });
  const keys = await tx.apiKey.findMany({
    where: { organizationId, ownerKind: 'User', revokedAt: null, clusterId: { not: null } },
    select: { id: true },
  });
  // How long keys of people work depends on whether they have to come in by single sign-on.
  const keyIds = keys.map((key) => key.id);
  await addAllToOutbox(tx, 'api-key', keyIds, now);
  await tell(tx, domain, 'lapsed', now);
};

const tell = (
  tx: ControlTx,
  { domain, id: domainId, organizationId }: LookedAt,
  event: 'missing' | 'lapsed',
  now: number,
): Promise<number> => {
  const lapsesAt = new Date(event === 'missing' ? now + missingMsMax : now).toISOString();
  const params = { domainId, domain, event, lapsesAt };
  return tellAdministrators(tx, organizationId, { kind: 'domain-notice', params }, now);
};
