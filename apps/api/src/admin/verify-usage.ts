import type { TopicRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import { type AdminTools, UsageError } from './operator.ts';
import { type LoggedPartition, readLogs } from './read-logs.ts';
import { type LedgerRow, readLedger, readVerifiedClusters } from './verify-usage.store.ts';

export interface VerifiedCell {
  /** Of its store. */
  readonly store: Pick<MetadataStore, 'changesSince'>;
  readonly cellId: string;
  /** Of its brokers, all of them. */
  readonly logDirectories: readonly string[];
}

interface Figures {
  readonly bytes: bigint;
  readonly records: bigint;
}

interface LoggedTopic extends Figures {
  /** All that was ever written is still there. */
  readonly isWhole: boolean;
}

/**
 * Compares what was written by the ledger with what the logs of a cell hold, a line for each topic. Resolves with whether
 * they agree: to the byte where a log has all that was ever written, and where retention or compaction took of it, that
 * the ledger has no less. What was written in the last seconds may be on its way to the ledger.
 */
export const verifyUsage = async (
  { db, print }: Pick<AdminTools, 'db' | 'print'>,
  cell: VerifiedCell,
): Promise<boolean> => {
  if (cell.logDirectories.length === 0)
    throw new UsageError('Name the directories of the logs of its brokers.');
  const { changes } = await cell.store.changesSince(0);
  const topics = changes.flatMap((change) =>
    change.kind === 'topic' && change.topic !== null ? [change.topic] : [],
  );
  let isAllEqual = true;
  for (const clusterId of await readVerifiedClusters(db, cell.cellId)) {
    const logged = new Map<string, LoggedPartition[]>();
    for (const directory of cell.logDirectories)
      for (const found of await readLogs(directory, clusterId))
        logged.set(found.topicId, [...(logged.get(found.topicId) ?? []), found]);
    for (const topic of topics.filter((each) => each.clusterId === clusterId)) {
      const inLedger = await readLedger(db, clusterId, topic.name, new Date(topic.createdAt));
      const { isEqual, line } = compared(logOf(topic, logged.get(topic.topicId) ?? []), inLedger);
      isAllEqual &&= isEqual;
      print(`${clusterId}  ${topic.name}  ${line}`);
    }
  }
  return isAllEqual;
};

/** Of each partition the replica that has most: the others follow it. */
const logOf = (topic: TopicRecord, found: readonly LoggedPartition[]): LoggedTopic => {
  const longest = topic.partitions.map((_, index) =>
    found
      .filter(({ partition }) => partition === index)
      .reduce<LoggedPartition | null>(
        (best, each) => (best === null || each.endOffset > best.endOffset ? each : best),
        null,
      ),
  );
  const isCompacted = topic.configs['cleanup.policy']?.includes('compact') === true;
  return {
    bytes: longest.reduce((sum, each) => sum + (each?.bytes ?? 0n), 0n),
    records: longest.reduce((sum, each) => sum + (each?.records ?? 0n), 0n),
    isWhole: !isCompacted && longest.every((each) => (each?.startOffset ?? 0) === 0),
  };
};

const compared = (
  log: LoggedTopic,
  ledger: LedgerRow,
): { readonly isEqual: boolean; readonly line: string } => {
  const difference = { bytes: ledger.bytes - log.bytes, records: ledger.records - log.records };
  const isEqual = log.isWhole
    ? difference.bytes === 0n && difference.records === 0n
    : difference.bytes >= 0n && difference.records >= 0n;
  const verdict = isEqual ? (log.isWhole ? 'equal' : 'no less') : 'DIFFERENT';
  const part = log.isWhole ? '' : ', of which the rest was removed';
  return {
    isEqual,
    line: `${verdict}: the ledger has ${textOf(ledger)}, the logs ${textOf(log)}${part}; the difference is ${textOf(difference)}`,
  };
};

const textOf = ({ bytes, records }: Figures): string => `${bytes} bytes in ${records} records`;
