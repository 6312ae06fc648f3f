import { StartError } from '../launcher/settings.ts';
import type { Steps } from '../launcher/steps.ts';
import { answersKafka } from '../processes/node-service.ts';
import { isSame, type ProcessIdentity } from '../processes/proc.ts';
import type { BrokerState, CellStore } from './cell-store.ts';
import { comesTrue } from './comes-true.ts';
import { brokerProcesses, type LocalCell } from './local-cell.ts';

const inSyncMsMax = 120_000;
const restartMsMax = 90_000;

/** Runs what is built now, so that it need not be restarted for an upgrade. */
export const isCurrent = ({ programVersion }: Pick<BrokerState, 'programVersion'>, built: string | null) =>
  built !== null && programVersion === built;

/**
 * Ends the brokers one after the other, each once every replica of those that run is in sync, and waits until the
 * launcher has started it again; with `built` only those that run another program than that. Throws StartError, with the rest left as it is, when that takes too long.
 */
export async function restartBrokers(
  cell: LocalCell,
  store: CellStore,
  steps: Steps,
  built: string | null = null,
): Promise<void> {
  const processes = brokerProcesses(cell);
  const brokerIds = [...processes.keys()];
  if (brokerIds.length === 0) throw new StartError('No broker of the cell runs: see what its launcher says.');
  await steps.run('waiting for full ISRs', () => inSync(store, brokerIds));
  for (const [brokerId, identity] of processes) {
    const now = await find(store, brokerId);
    if (now !== undefined && isCurrent(now, built)) {
      await steps.run(`broker ${brokerId} runs ${built} already`, async () => undefined);
      continue;
    }
    await steps.run(`restarting broker ${brokerId}`, () => restart(store, brokerId, identity));
    await steps.run('waiting for full ISRs', () => inSync(store, brokerIds));
  }
}

async function restart(store: CellStore, brokerId: number, identity: ProcessIdentity): Promise<void> {
  const before = await find(store, brokerId);
  if (before === undefined) throw new StartError(`Broker ${brokerId} has not registered with its cell yet.`);
  if (isSame(identity)) process.kill(identity.pid, 'SIGTERM');
  const isBack = async () => {
    const now = await find(store, brokerId);
    return (
      now !== undefined && now.bootEpoch > before.bootEpoch && isAlive(now) && (await answersKafka(now.port))
    );
  };
  if (await comesTrue(isBack, restartMsMax)) return;
  throw new StartError(
    `Broker ${brokerId} did not come back within ${restartMsMax / 1000} s: see its log. The brokers after it were left as they are.`,
  );
}

async function find(store: CellStore, brokerId: number): Promise<BrokerState | undefined> {
  return (await store.brokers()).find((broker) => broker.brokerId === brokerId);
}

const isAlive = ({ isFenced, leaseMs }: BrokerState) => !isFenced && leaseMs > 0;

/** Replicas of brokers that do not run are not waited for: nothing that is done here brings them back. */
async function inSync(store: CellStore, brokerIds: readonly number[]): Promise<void> {
  if (await comesTrue(async () => (await store.behind(brokerIds)) === 0, inSyncMsMax)) return;
  const behind = await store.behind(brokerIds);
  throw new StartError(
    `${behind} partitions have replicas that are not in sync after ${inSyncMsMax / 1000} s; no broker is restarted until they are.`,
  );
}
