import type { ControlTx } from '@weir/db/control';
import { tellPayers } from '@weir/mail/people-of-roles.store';
import { addAllToOutbox, addToOutbox } from '@weir/provisioning/outbox.store';
import { announce } from '@weir/webhooks/announce';
import { changeAccount, findAccount, paymentsOf } from './payment.store.ts';
import { renewClusters } from './standing.store.ts';
import { isOverdue, nextStandingAtMs, type Standing, standingOf } from './standing.ts';

/**
 * What follows from what is open: people are told, and clusters restrained or set free, by the way that every intent goes.
 * The same again changes nothing. Whoever calls it has the customer to himself.
 */
export const applyStanding = async (
  tx: ControlTx,
  organizationId: string,
  now: number,
): Promise<Standing> => {
  const account = await findAccount(tx, organizationId);
  const open = (await paymentsOf(tx, organizationId)).filter(isOverdue);
  const times = open.flatMap(({ firstChargedAt }) =>
    firstChargedAt === null ? [] : [firstChargedAt.getTime()],
  );
  const sinceMs = times.length === 0 ? null : Math.min(...times);
  const standing = standingOf(sinceMs, now);
  const pastDueSince = sinceMs === null ? null : new Date(sinceMs);
  const before = account?.standing ?? 'CURRENT';
  await changeAccount(tx, organizationId, { standing, pastDueSince });
  if (before === standing) return standing;
  const nextAtMs = nextStandingAtMs(sinceMs, now);
  const nextAt = nextAtMs === null ? null : new Date(nextAtMs).toISOString();
  await tellPayers(tx, organizationId, { kind: 'payment-notice', params: { standing, nextAt } }, now);
  const data = { standing, previous_standing: before, next_at: nextAt };
  await announce(tx, organizationId, { type: 'payment.standing_changed', data }, now);
  await addToOutbox(tx, 'restraints', organizationId, now);
  if (before === 'SUSPENDED' || standing === 'SUSPENDED')
    await addAllToOutbox(tx, 'cluster', await renewClusters(tx, organizationId), now);
  return standing;
};
