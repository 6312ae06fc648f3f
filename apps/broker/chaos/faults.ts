import { type ChaosCell, smallDiskBroker } from './cell.ts';
import type { Fault } from './plan.ts';
import { cut, open, type Rule } from './relay.ts';
import { brokerIds } from './topic.ts';

export type Applied =
  | { readonly kind: 'applied'; readonly to: string; readonly undo: () => Promise<void> }
  | { readonly kind: 'skipped'; readonly why: string };

/** A disk is lost only while the others have everything. */
const wholeMsMax = 60_000;

/** Longer than a broker needs to tell the store of what its directory holds by then. */
const copyAgeMs = 3_000;

const skipped = (why: string): Applied => ({ kind: 'skipped', why });

const applied = (to: string, undo: () => void | Promise<void>): Applied => ({
  kind: 'applied',
  to,
  undo: async () => undo(),
});

/** Does it, and says how it is undone. */
export async function applyFault(
  fault: Fault,
  cell: ChaosCell,
  leaveGroup: () => Promise<() => void>,
): Promise<Applied> {
  const [first = 1, second = 2] = fault.brokers;
  const one = `broker ${first}`;
  switch (fault.kind) {
    case 'kill-one':
      return killed(cell, [first]);
    case 'kill-two':
      return killed(cell, [first, second]);
    case 'kill-all':
      return killed(cell, brokerIds);
    case 'freeze-short':
    case 'freeze-long': {
      const { broker } = cell.member(first);
      broker.freeze();
      return applied(one, () => broker.thaw());
    }
    case 'restart': {
      const code = await cell.member(first).broker.end('SIGTERM');
      return applied(`${one}, which ended with ${code}`, () => cell.begin([first]));
    }
    case 'lose-disk': {
      if (!(await cell.isWhole(wholeMsMax))) return skipped('not every replica is in sync');
      await cell.kill([first]);
      cell.loseDisk(first);
      return applied(one, () => cell.begin([first]));
    }
    case 'set-disk-back':
      return setBack(cell, first);
    case 'fill-disk': {
      const { disk } = cell;
      if (disk === null) return skipped('this system mounts no file system for this user');
      disk.fill();
      return applied(`broker ${smallDiskBroker}`, () => disk.empty());
    }
    case 'freeze-store':
      cell.store.freeze();
      return applied('the store', () => cell.store.thaw());
    case 'kill-store':
      await cell.store.kill();
      return applied('the store', () => cell.store.start());
    case 'split':
      return split(cell, fault, first);
    case 'split-one-way':
      return splitOneWay(cell, fault, first);
    case 'slow-peers':
      return slowPeers(cell, fault);
    case 'lose-store': {
      const { store } = cell.member(first);
      store.rule(null, { in: cut, out: cut });
      return applied(one, () => store.heal(fault.isLate));
    }
    case 'leave-group':
      return applied('a consumer', await leaveGroup());
    case 'move-away':
      return movedAway(cell, first);
    case 'move-and-kill': {
      // In the middle of the move, and one of those that are to have everything alone.
      const moved = await movedAway(cell, first);
      await cell.kill([second]);
      const undo = () => cell.begin([second]).then(() => moved.undo());
      return { ...moved, to: `${moved.to}, and broker ${second}`, undo };
    }
  }
}

/** What a broker's disk held a moment ago takes the place of what it holds, within its life and its lease. */
async function setBack(cell: ChaosCell, brokerId: number): Promise<Applied> {
  const copy = cell.copyDisk(brokerId);
  await new Promise((resolve) => setTimeout(resolve, copyAgeMs));
  if (!(await cell.isWhole(wholeMsMax))) return skipped('not every replica is in sync');
  await cell.kill([brokerId]);
  cell.loseDisk(brokerId);
  cell.putBack(brokerId, copy);
  await cell.begin([brokerId]);
  return applied(`broker ${brokerId}`, () => undefined);
}

/** What was there comes back when it is undone, beside whatever comes next. */
async function movedAway(cell: ChaosCell, brokerId: number) {
  const others = brokerIds.filter((other) => other !== brokerId);
  await cell.move(others);
  return {
    kind: 'applied',
    to: `all replicas from broker ${brokerId}`,
    undo: () => cell.move(brokerIds),
  } as const;
}

async function killed(cell: ChaosCell, brokers: readonly number[]): Promise<Applied> {
  await cell.kill(brokers);
  return applied(brokers.length === 1 ? `broker ${brokers[0]}` : `brokers ${brokers.join(', ')}`, () =>
    cell.begin(brokers),
  );
}

function split(cell: ChaosCell, { isLate }: Fault, brokerId: number): Applied {
  const both = { in: cut, out: cut };
  return parted(cell, brokerId, both, both, isLate, 'from the others');
}

function splitOneWay(cell: ChaosCell, { isLate, isDeaf }: Fault, brokerId: number): Applied {
  const inOnly = { in: cut, out: open };
  const outOnly = { in: open, out: cut };
  return isDeaf
    ? parted(cell, brokerId, inOnly, outOnly, isLate, 'hears the others no more')
    : parted(cell, brokerId, outOnly, inOnly, isLate, 'is heard by the others no more');
}

function parted(cell: ChaosCell, brokerId: number, own: Rule, atOthers: Rule, isLate: boolean, how: string) {
  const { peers } = cell.member(brokerId);
  peers.rule(null, own);
  for (const other of cell.othersOf(brokerId)) other.peers.rule(brokerId, atOthers);
  return applied(`broker ${brokerId} ${how}`, () => {
    for (const member of cell.members.values()) member.peers.heal(isLate);
  });
}

function slowPeers(cell: ChaosCell, { delayMs }: Fault): Applied {
  const slow = { isCut: false, delayMs };
  for (const { peers } of cell.members.values()) peers.rule(null, { in: slow, out: slow });
  return applied(`all, by ${delayMs} ms each way`, () => {
    for (const { peers } of cell.members.values()) peers.heal(true);
  });
}
