import { KafkaSession } from '@weir/kafka-client/session';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { errorName } from '@weir/kafka-protocol/errors';
import {
  batchHeaderBytes,
  batchOverheadBytes,
  batchPositions,
  writeBatchCrc,
} from '@weir/kafka-protocol/record-batch';
import { encodeBatch } from '@weir/kafka-protocol/records';

const produceVersion = 9;

/** Produces a batch as it is, whatever is in it, as the owner of a cluster's key would. */
export const storeBatch = async (
  port: number,
  credential: { readonly keyId: string; readonly secret: string },
  place: { readonly topic: string; readonly partition?: number },
  records: Buffer,
): Promise<void> => {
  const session = new KafkaSession(
    { host: '127.0.0.1', port, trust: null },
    credential,
    AbortSignal.timeout(10_000),
  );
  try {
    const leaders = await session.leaders(place.topic);
    const index = place.partition ?? 0;
    const { responses } = await session.ask(leaders[index] ?? null, produceApi, produceVersion, {
      acks: -1,
      timeoutMs: 5_000,
      topicData: [{ name: place.topic, partitionData: [{ index, records }] }],
    });
    const [answer] = responses.flatMap((topic) => topic.partitionResponses);
    if (answer?.errorCode !== 0) throw new Error(`the broker said ${errorName(answer?.errorCode ?? -1)}`);
  } finally {
    await session.close();
  }
};

/** A batch whose header says so many compressed records, and whose records are these bytes. */
export const compressedBatch = (type: number, stored: Buffer, recordCount = 1): Buffer => {
  const batch = Buffer.concat([
    encodeBatch({ records: [{ timestamp: Date.now(), key: null, value: Buffer.from('x') }] }).subarray(
      0,
      batchHeaderBytes,
    ),
    stored,
  ]);
  batch.writeInt32BE(batch.length - batchOverheadBytes, batchPositions.batchLength);
  batch.writeInt16BE(type, batchPositions.attributes);
  batch.writeInt32BE(recordCount, batchPositions.recordCount);
  batch.writeInt32BE(recordCount - 1, batchPositions.lastOffsetDelta);
  writeBatchCrc(batch, 0);
  return batch;
};
