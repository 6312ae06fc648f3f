import type { PartitionRecord } from '@weir/metadata-store/model';
import { expect, test } from 'vitest';
import { Leadership } from './leadership.ts';

const row = (isr: readonly number[], changed: Partial<PartitionRecord> = {}): PartitionRecord => ({
  leader: 1,
  leaderEpoch: 4,
  partitionEpoch: 7,
  replicas: [1, 2, 3],
  isr,
  eligibleReplicas: [],
  uncleanEpoch: -1,
  reassignment: null,
  ...changed,
});

/** A term that began at offset 100, and followers that tell of themselves. */
function begun() {
  const leadership = new Leadership(1, 4, 100, 0);
  const log = { deletedBefore: 0 };
  const fetched = (
    brokerId: number,
    writtenEnd: number,
    durableEnd = writtenEnd,
    nowMs = 10,
    startOffset = 0,
  ) =>
    leadership.fetched(
      { brokerId, bootEpoch: 1 },
      { writtenEnd, durableEnd, startOffset },
      { endOffset: 120, nowMs },
    );
  const wanted = (record: PartitionRecord, nowMs = 10, mayJoin = true, endOffset = 120, heardMs = nowMs) =>
    leadership
      .wantedIsr(
        record,
        { highWatermark: 110, endOffset, nowMs, lagMsMax: 30_000, silenceMsMax: 6_000, ...log },
        () => heardMs,
        () => mayJoin,
      )
      ?.map((life) => life.brokerId) ?? null;
  return { leadership, fetched, wanted, log };
}

test('nobody joins who would show again what was deleted, were it to lead', () => {
  const { fetched, wanted, log } = begun();
  log.deletedBefore = 40;
  fetched(2, 120);
  expect(wanted(row([1]))).toBeNull();
  fetched(2, 120, 120, 10, 40);
  expect(wanted(row([1]))).toEqual([1, 2]);
});

test('committed is what everybody in the ISR has for good, and nothing as long as one was not heard of', () => {
  const { leadership, fetched } = begun();
  fetched(2, 120, 115);
  expect(leadership.durableEverywhere(row([1, 2, 3]), 118)).toBe(-1);
  fetched(3, 117, 112);
  expect(leadership.durableEverywhere(row([1, 2, 3]), 118)).toBe(112);
  expect(leadership.durableEverywhere(row([1, 2]), 113)).toBe(113);
});

test('whoever the store was asked to take in counts as in sync until the row has changed, also if nobody answered', () => {
  const { leadership, fetched } = begun();
  fetched(2, 120);
  fetched(3, 112);
  leadership.asks(row([1, 2]), [{ brokerId: 3, bootEpoch: 1 }]);
  expect(leadership.durableEverywhere(row([1, 2]), 120)).toBe(112);
  leadership.answerLost();
  // What is asked for next is refused; the question before may still be heard.
  leadership.asks(row([1, 2]), [{ brokerId: 2, bootEpoch: 1 }]);
  leadership.refused();
  expect(leadership.durableEverywhere(row([1, 2]), 120)).toBe(112);
  expect(leadership.durableEverywhere(row([1, 2], { partitionEpoch: 8 }), 120)).toBe(120);
});

test('a question that was never answered is settled by asking again, though the ISR is as it should be', () => {
  const { leadership, fetched, wanted } = begun();
  fetched(2, 120);
  expect(wanted(row([1, 2]))).toBeNull();
  leadership.asks(row([1, 2]), [{ brokerId: 3, bootEpoch: 1 }]);
  leadership.answerLost();
  expect(wanted(row([1, 2]))).toEqual([1, 2]);
});

test('a follower joins with all that is committed and all from before the term on its disk, if the cell counts on it', () => {
  const { fetched, wanted } = begun();
  fetched(2, 120, 99);
  expect(wanted(row([1]))).toBeNull();
  fetched(2, 120, 109);
  expect(wanted(row([1]))).toBeNull();
  fetched(2, 120, 110);
  expect(wanted(row([1]), 10, false)).toBeNull();
  expect(wanted(row([1]))).toEqual([1, 2]);
});

test('a follower that is behind for too long is not in sync, one that has all of an idle log is', () => {
  const { fetched, wanted } = begun();
  fetched(2, 120);
  fetched(3, 105);
  expect(wanted(row([1, 2, 3]), 29_000)).toBeNull();
  expect(wanted(row([1, 2, 3]), 31_000)).toEqual([1, 2]);
  expect(wanted(row([1, 2, 3]), 90_000)).toEqual([1, 2]);
  // The log goes on, and it does not.
  expect(wanted(row([1, 2]), 121_500, true, 121)).toEqual([1]);
});

test('a follower that fetches nothing at all is soon not in sync, though it had everything', () => {
  const { fetched, wanted } = begun();
  fetched(2, 120);
  fetched(3, 120);
  expect(wanted(row([1, 2, 3]), 12_000, true, 120, 6_100)).toBeNull();
  expect(wanted(row([1, 2, 3]), 12_200, true, 120, 6_100)).toEqual([1]);
});

test('a follower whose disk hangs is behind, however much it fetches', () => {
  const { fetched, wanted } = begun();
  for (let nowMs = 0; nowMs <= 31_000; nowMs += 100) fetched(2, 120, 110, nowMs);
  expect(wanted(row([1, 2]), 31_000)).toEqual([1]);
});

test('what a former life of a follower had is not what this one has', () => {
  const { leadership, fetched } = begun();
  fetched(2, 120);
  leadership.fetched(
    { brokerId: 2, bootEpoch: 2 },
    { writtenEnd: 105, durableEnd: 105, startOffset: 0 },
    { endOffset: 120, nowMs: 20 },
  );
  expect(leadership.durableEverywhere(row([1, 2]), 120)).toBe(105);
});

test('a reader is sent to a follower in sync that has its offset and has heard that all before it is committed', () => {
  const { leadership, fetched } = begun();
  fetched(2, 120);
  fetched(3, 120);
  const at = (
    offset: number,
    isr: readonly number[] = [1, 2, 3],
    mayServe: (id: number) => boolean = () => true,
  ) => leadership.readerAt(row(isr), offset, (life) => mayServe(life.brokerId));
  expect(at(50)).toBe(null);
  leadership.told({ brokerId: 2, bootEpoch: 1 }, 110);
  expect([at(50), at(110), at(111)]).toEqual([2, 2, null]);
  leadership.told({ brokerId: 3, bootEpoch: 1 }, 112);
  expect([at(50), at(111)]).toEqual([3, 3]);
  expect(at(50, [1, 2])).toBe(2);
  expect(at(50, [1, 2, 3], (brokerId) => brokerId === 2)).toBe(2);
  expect(at(50, [1])).toBe(null);
});

test('no reader is sent to a follower whose log begins behind its offset, that is another life, or serves no readers', () => {
  const { leadership } = begun();
  const [follower, log] = [
    { brokerId: 2, bootEpoch: 1 },
    { endOffset: 120, nowMs: 10 },
  ];
  const at = (offset: number) => leadership.readerAt(row([1, 2]), offset, () => true);
  leadership.fetched(follower, { writtenEnd: 120, durableEnd: 120, startOffset: 60 }, log);
  leadership.told({ ...follower, bootEpoch: 2 }, 120);
  expect(at(60)).toBe(null);
  leadership.told(follower, 120);
  expect([at(59), at(60)]).toEqual([null, 2]);
  leadership.fetched(follower, { writtenEnd: 120, durableEnd: 120, startOffset: -1 }, log);
  expect(at(60)).toBe(null);
});
