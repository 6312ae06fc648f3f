import { decideAskedElection } from '../asked-elections.ts';
import type { AskedElection, AskedElectionOutcome } from '../port.ts';
import { readBrokers } from './broker-states.ts';
import type { CellDatabase } from './database.ts';
import { decideEach } from './partition-rows.ts';

export function electAsked(
  database: CellDatabase,
  { clusterId, kind, partitions }: AskedElection,
): Promise<readonly AskedElectionOutcome[]> {
  return database.mutate('electAsked', async (mutation) => {
    const brokers = await readBrokers(mutation);
    return decideEach(
      mutation,
      partitions,
      (_, facts) => decideAskedElection(kind, facts, brokers),
      clusterId,
    );
  });
}
