import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import type { Stage } from './stage.ts';
import type { Client } from './wire-client.ts';
import { Violation } from './world.ts';

const fetchVersion = 11;
const listOffsetsVersion = 7;

/** In place of the stage's topic, and of all that is in it. */
export interface ReadFrom {
  readonly topic?: string;
  /** Nothing of a transaction that is open, nor of one that was aborted (KIP-98). */
  readonly isCommittedOnly?: boolean;
}

export interface FetchOptions extends ReadFrom {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  /** KIP-227; without it the fetch stands for itself. */
  readonly session?: { readonly id: number; readonly epoch: number };
}

export interface FetchedPart {
  readonly partition: number;
  readonly error: ErrorName;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly lastStableOffset: number;
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[];
  readonly records: Buffer;
}

export interface Fetched {
  readonly error: ErrorName;
  readonly sessionId: number;
  readonly parts: readonly FetchedPart[];
}

/** One fetch from the positions, of which every error is one that the client may be told. */
export async function fetchFrom(
  stage: Stage,
  client: Client,
  positions: ReadonlyMap<number, number>,
  options: FetchOptions,
): Promise<Fetched> {
  const answer = await client.request(fetchApi, fetchVersion, {
    maxWaitMs: options.maxWaitMs,
    minBytes: options.maxWaitMs > 0 ? 1 : 0,
    maxBytes: options.maxBytes,
    isolationLevel: options.isCommittedOnly === true ? 1 : 0,
    sessionId: options.session?.id ?? 0,
    sessionEpoch: options.session?.epoch ?? -1,
    topics: [
      {
        topic: options.topic ?? stage.topic,
        partitions: [...positions].map(([partition, fetchOffset]) => ({
          partition,
          fetchOffset,
          partitionMaxBytes: options.partitionMaxBytes,
        })),
      },
    ],
  });
  const parts = (answer.responses[0]?.partitions ?? []).map((part) => ({
    partition: part.partitionIndex,
    error: errorName(part.errorCode),
    highWatermark: part.highWatermark,
    logStartOffset: part.logStartOffset ?? -1,
    lastStableOffset: part.lastStableOffset ?? -1,
    aborted: part.abortedTransactions ?? [],
    records: part.records ?? Buffer.alloc(0),
  }));
  stage.usage.wasTaken(parts.reduce((sum, part) => sum + part.records.length, 0));
  for (const part of parts) {
    if (part.error === 'OFFSET_OUT_OF_RANGE') continue;
    judge(stage, part.partition, part.error);
  }
  return { error: errorName(answer.errorCode), sessionId: answer.sessionId ?? 0, parts };
}

/**
 * The offset that a partition was found to have for a timestamp (or -2 for its begin, -1 for its end), with
 * the record's timestamp; null: it could not be told.
 */
export async function offsetFor(
  stage: Stage,
  client: Client,
  partition: number,
  timestamp: number,
  { topic = stage.topic, isCommittedOnly = false }: ReadFrom = {},
): Promise<{ readonly offset: number; readonly timestamp: number } | null> {
  const answer = await client.request(listOffsetsApi, listOffsetsVersion, {
    replicaId: -1,
    isolationLevel: isCommittedOnly ? 1 : 0,
    topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
  });
  const [found] = answer.topics[0]?.partitions ?? [];
  if (found === undefined) throw new Violation('a look-up was answered without its partition');
  const error = errorName(found.errorCode);
  judge(stage, partition, error);
  if (error !== 'NONE') return null;
  return { offset: found.offset ?? -1, timestamp: found.timestamp ?? -1 };
}

/** The checks of what consumers are told; a position out of range is for its owner to judge. */
function judge(stage: Stage, partition: number, error: ErrorName): void {
  const isRefusal = error === 'KAFKA_STORAGE_ERROR' && !stage.mayRefuse;
  const isLie = error === 'CORRUPT_MESSAGE' || error === 'OFFSET_OUT_OF_RANGE';
  if (isRefusal || isLie) throw new Violation(`${stage.place(partition)}: a reader was told ${error}`);
}
