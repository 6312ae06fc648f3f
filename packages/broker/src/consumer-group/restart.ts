import type { ClassicGroup } from '../group/classic-group.ts';
import type { Step } from '../group/step.ts';

/** A coordinator begins: each member has its time anew to be heard of, and to let go of what it is to let go of. */
export function watchLoaded(step: Step, group: ClassicGroup): void {
  const { consumer } = group;
  if (consumer === null) return;
  const { deadlines } = step.table;
  for (const { memberId, current, subscription } of consumer.members.values()) {
    const session = consumer.session(memberId, { kind: 'consumer-session', group, memberId });
    deadlines.set(session, step.monotonicMs + step.deps.settings.consumerSessionTimeoutMs);
    if (current.state !== 'unrevoked') continue;
    const rebalance = consumer.rebalance(memberId, { kind: 'consumer-rebalance', group, memberId });
    deadlines.set(rebalance, step.monotonicMs + subscription.rebalanceTimeoutMs);
  }
}
