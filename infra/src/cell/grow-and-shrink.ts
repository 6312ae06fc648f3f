import type { MetadataStore } from '@weir/metadata-store/port';
import { readWholeCell, type WholeCell } from '@weir/metadata-store/whole-cell';
import { runningLauncher } from '../launcher/data-lock.ts';
import { brokersMax, StartError } from '../launcher/settings.ts';
import type { Steps } from '../launcher/steps.ts';
import { doNotWant, wantBrokers, wantedBrokers } from '../launcher/wanted-brokers.ts';
import { comesTrue } from './comes-true.ts';
import { brokerProcesses, isLone, type LocalCell } from './local-cell.ts';
import { balance, plan, usable } from './move-replicas.ts';

export interface Operator {
  readonly cell: LocalCell;
  readonly metadata: MetadataStore;
  readonly steps: Steps;
}

const startMsMax = 90_000;
const stopMsMax = 60_000;

/** Spreads what there is; with `factor` every partition gets that many replicas, if it has fewer. */
export async function rebalance({ metadata, steps }: Operator, factor: number | null): Promise<void> {
  const count = usable(await readWholeCell(metadata)).length;
  if (factor !== null && factor > count)
    throw new StartError(
      `--replication-factor is ${factor}, and there are ${count} brokers that may hold something: ask for fewer, or add brokers.`,
    );
  await balance(metadata, steps, { min: factor ?? 1, max: Number.POSITIVE_INFINITY });
}

/** Starts a further broker, or takes back one that was removed, and gives it its share. */
export async function addBroker(operator: Operator, asked: number | null): Promise<void> {
  const { cell, metadata, steps } = operator;
  mustHavePeers(cell);
  const wanted = wantedBrokers(cell.dataDirectory);
  const brokerId = asked ?? nextId(wanted);
  if (brokerId > brokersMax) throw new StartError(`A cell on one machine has ${brokersMax} brokers at most.`);
  const isThere = async () =>
    (await readWholeCell(metadata)).brokers.some((each) => each.brokerId === brokerId && !each.isFenced);
  if (!wanted.includes(brokerId) || !(await isThere())) {
    await steps.run(`starting broker ${brokerId}`, async () => {
      if (!wanted.includes(brokerId)) wantBrokers(cell.dataDirectory, [...wanted, brokerId]);
      const isGivenUp = () => !wantedBrokers(cell.dataDirectory).includes(brokerId);
      await comesTrue(async () => isGivenUp() || (await isThere()), startMsMax);
      if (isGivenUp() || !(await isThere()))
        throw new StartError(`Broker ${brokerId} did not come: see what the launcher says, and its log.`);
    });
  }
  const uncordoned = await metadata.cordonBroker(brokerId, false);
  if (!uncordoned.ok) throw new StartError(uncordoned.message);
  await rebalance(operator, null);
  const { partitions } = await readWholeCell(metadata);
  const holders = new Set(partitions.flatMap(({ record }) => record.replicas));
  const last = Math.max(...wanted, brokerId, ...holders);
  steps.say(`broker ${brokerId} has its share; start with WEIR_BROKERS=${last} from now on`);
}

/** Has everything moved off the broker, and ends it. `factor`: so many replicas are enough, where fewer can be held. */
export async function removeBroker(
  operator: Operator,
  brokerId: number,
  factor: number | null,
): Promise<void> {
  const { cell, metadata, steps } = operator;
  const before = await readWholeCell(metadata);
  const others = usable(before).filter((each) => each.brokerId !== brokerId);
  mayShrink(before, brokerId, others.length);
  const bounds = { min: 1, max: factor ?? Number.POSITIVE_INFINITY };
  plan(without(before, brokerId), bounds);
  const cordoned = await metadata.cordonBroker(brokerId, true);
  if (!cordoned.ok) throw new StartError(cordoned.message);
  await balance(metadata, steps, bounds);
  await mustHoldNothing(metadata, brokerId);
  if (runningLauncher(cell.dataDirectory) === null)
    throw new StartError(
      `Broker ${brokerId} holds nothing any more, and was not stopped: its launcher has ended. The next npm start ends what that left.`,
    );
  if (!wantedBrokers(cell.dataDirectory).includes(brokerId)) {
    steps.say(`broker ${brokerId} holds nothing any more`);
    return;
  }
  await steps.run(`stopping broker ${brokerId}`, async () => {
    doNotWant(cell.dataDirectory, brokerId);
    const isGone = async () => !brokerProcesses(cell).has(brokerId);
    if (!(await comesTrue(isGone, stopMsMax)))
      throw new StartError(`Broker ${brokerId} holds nothing any more, and does not end: see its log.`);
  });
  steps.say(`broker ${brokerId} is out of the cell; npm run cell -- add ${brokerId} takes it back`);
}

/** Whoever may move replicas may also have moved some to it meanwhile. */
async function mustHoldNothing(metadata: MetadataStore, brokerId: number): Promise<void> {
  const { partitions } = await readWholeCell(metadata);
  const held = partitions.filter(({ record }) => record.replicas.includes(brokerId)).length;
  if (held > 0)
    throw new StartError(
      `Broker ${brokerId} holds replicas of ${held} partitions that were given to it meanwhile, and goes on: run this again.`,
    );
}

/** As it is once nothing may be placed on the broker any more. */
function without(cell: WholeCell, brokerId: number): WholeCell {
  const brokers = cell.brokers.map((each) =>
    each.brokerId === brokerId ? { ...each, isCordoned: true } : each,
  );
  return { ...cell, brokers };
}

function mayShrink(cell: WholeCell, brokerId: number, othersCount: number): void {
  if (!cell.brokers.some((each) => each.brokerId === brokerId))
    throw new StartError(`The cell has no broker ${brokerId}: see npm run cell -- status.`);
  if (othersCount === 0)
    throw new StartError(
      `Broker ${brokerId} is the only one that may hold something: add another one first.`,
    );
}

function mustHavePeers(cell: LocalCell): void {
  if (!isLone(cell)) return;
  throw new StartError(
    'A cell that was started with one broker is followed by nobody: stop it, start it with WEIR_BROKERS=2 or more, then npm run cell -- rebalance.',
  );
}

function nextId(running: readonly number[]): number {
  for (let id = 1; ; id += 1) if (!running.includes(id)) return id;
}
