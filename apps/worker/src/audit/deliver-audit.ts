import { readEventsAbove } from '@weir/audit-log/event.store';
import { deliveredAtOnceMax, deliveredBytesMax } from '@weir/contracts/audit-delivery';
import type { DeliverAudit } from '@weir/contracts/jobs/audit';
import { tellAdministrators } from '@weir/mail/people-of-roles.store';
import type { WorkerDeps } from '../deps.ts';
import { markDelivered, markFailed, release, type TakenAudit, takeAudit } from './delivery.store.ts';
import { afterFailure } from './delivery-plan.ts';
import { isTooLarge, NowhereToDeliver, problemOf } from './delivery-problem.ts';
import { batchOf } from './event-batch.ts';
import { writeEvents } from './write-events.ts';

/** One turn of one organization, by batches and by time: what is left is taken up by the next, after others had theirs. */
const batchesMax = 10;
const turnMsMax = 5_000;

/**
 * Takes a log on to its topic, in order and at least once: where it stands is noted after the topic has the events, so that
 * whatever ends in between brings them again. One at a time does it for an organization.
 */
export const deliverAudit = async (deps: WorkerDeps, { organizationId }: DeliverAudit): Promise<void> => {
  const taken = await takeAudit(deps.db, organizationId, deps.clock.now());
  if (taken.kind === 'nothing') return;
  if (taken.kind === 'nowhere') return fail(deps, taken.audit, new NowhereToDeliver(taken.problem));
  let audit = taken.audit;
  let countMax = deliveredAtOnceMax;
  const until = deps.clock.now() + turnMsMax;
  for (let delivered = 0; ; ) {
    const isLast = delivered + 1 >= batchesMax || deps.clock.now() >= until;
    const step = await deliverBatch(deps, audit, countMax, isLast);
    if (step === 'over') return;
    if (step === 'smaller') {
      countMax = Math.max(1, Math.floor(countMax / 2));
      continue;
    }
    audit = step;
    delivered += 1;
  }
};

/** `smaller`: the topic takes no batch of so many. */
const deliverBatch = async (
  deps: WorkerDeps,
  audit: TakenAudit,
  countMax: number,
  isLast: boolean,
): Promise<TakenAudit | 'over' | 'smaller'> => {
  const { clock, db, logger, metrics } = deps;
  const { deliveredSequence, organizationId } = audit;
  const rows = await readEventsAbove(db, organizationId, deliveredSequence, countMax);
  const batch = batchOf(rows, deliveredBytesMax, clock.now());
  if (batch === null) {
    await release(db, audit);
    return 'over';
  }
  try {
    await writeEvents(deps, audit, batch.records);
  } catch (cause) {
    if (isTooLarge(cause) && batch.records.length > 1 && countMax > 1) return 'smaller';
    await fail(deps, audit, cause);
    return 'over';
  }
  const next = await markDelivered(db, audit, batch.last, clock.now(), isLast);
  metrics.auditBatch('delivered');
  logger.info(
    { organizationId, events: batch.records.length, upTo: Number(batch.last) },
    'audit log delivered',
  );
  return next === null || isLast ? 'over' : next;
};

type Attempt = Omit<TakenAudit, 'cluster'>;

const fail = async ({ clock, db, logger, metrics }: WorkerDeps, audit: Attempt, cause: unknown) => {
  const now = clock.now();
  const known = problemOf(cause);
  const problem = known ?? 'It could not be delivered. We look into it.';
  const failures = audit.failures + 1;
  const failingSince = audit.failingSince ?? new Date(now);
  const { organizationId, toldAt } = audit;
  const failed = { failures, failingSinceMs: failingSince.getTime(), isTold: toldAt !== null };
  const { isToBeTold, nextMs } = afterFailure(failed, now);
  const noted = { problem, failures, failingSince, dueAt: new Date(nextMs) };
  await db.$transaction(async (tx) => {
    const isNoted = await markFailed(tx, audit, { ...noted, toldAt: isToBeTold ? new Date(now) : toldAt });
    if (!isNoted || !isToBeTold) return;
    const params = { organizationId, problem, since: failingSince.toISOString() };
    await tellAdministrators(tx, organizationId, { kind: 'audit-notice', params }, now);
  });
  metrics.auditBatch('failed');
  const fields = { err: cause, organizationId, failures };
  if (known === null) logger.error(fields, 'an audit log could not be delivered');
  else logger.warn(fields, 'an audit log could not be delivered');
};
