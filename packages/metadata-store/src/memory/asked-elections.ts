import { decideAskedElection } from '../asked-elections.ts';
import type { AskedElection, AskedElectionOutcome } from '../port.ts';
import type { CellState } from './cell-state.ts';
import type { Decision } from './decisions.ts';
import { decideEach } from './partition-decisions.ts';

export function electAsked(
  state: CellState,
  { clusterId, kind, partitions }: AskedElection,
): Decision<readonly AskedElectionOutcome[]> {
  return decideEach(state, partitions, ({ topicId }, facts) => {
    const isOfCluster = state.topics.get(topicId)?.clusterId === clusterId;
    return decideAskedElection(kind, isOfCluster ? facts : null, state.brokers);
  });
}
