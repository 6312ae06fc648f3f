import { encodeEndMarker } from '@weir/kafka-protocol/control-records';
import { setBaseOffset } from '@weir/kafka-protocol/record-batch';
import { encodeBatch } from '@weir/kafka-protocol/records';
import { expect, test } from 'vitest';
import { readCommitted } from './committed-records.ts';

const producerEpoch = 0;

function batchAt(baseOffset: number, producerId: number, ids: readonly string[]): Buffer {
  const records = ids.map((id) => ({
    timestamp: 0,
    key: Buffer.from('key'),
    value: null,
    headers: [{ key: 'id', value: Buffer.from(id) }],
  }));
  return encodeBatch({
    records,
    baseOffset,
    producerId,
    producerEpoch,
    baseSequence: 0,
    isTransactional: true,
  });
}

function endAt(offset: number, producerId: number, isCommit: boolean): Buffer {
  const marker = encodeEndMarker({ producerId, producerEpoch, isCommit, coordinatorEpoch: 0, timestamp: 0 });
  setBaseOffset(marker, 0, offset);
  return marker;
}

const log = Buffer.concat([
  batchAt(0, 1, ['aborted']),
  batchAt(1, 2, ['kept', 'kept too']),
  endAt(3, 1, false),
  batchAt(4, 1, ['of the next']),
  endAt(5, 2, true),
  endAt(6, 1, true),
]);

test('what was aborted is passed over, up to its marker and no further', () => {
  const { records, nextOffset } = readCommitted(log, 0, [{ producerId: 1, firstOffset: 0 }]);
  expect(records.map(({ id, isAborted }) => [id, isAborted])).toEqual([
    ['aborted', true],
    ['kept', false],
    ['kept too', false],
    ['of the next', false],
  ]);
  expect(nextOffset).toBe(7);
});

test('what lies before the offset that was asked for is left out, and a batch that is cut off as well', () => {
  const { records, nextOffset } = readCommitted(log.subarray(0, -1), 2, []);
  expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 4].filter((offset) => offset >= 2));
  expect(nextOffset).toBe(6);
});
