import { setTimeout as delay } from 'node:timers/promises';
import type { TopicRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import { type AdminTools, UsageError } from './operator.ts';
import { type LoggedPartition, readLogs } from './read-logs.ts';
import { readLedger, readVerifiedClusters } from './verify-usage.store.ts';

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

/** A window, and its way to the ledger: what the logs had then the ledger has by then. */
export const settleMsUsual = 12_000;
/** More than that is no delay: nobody brings windows, or one is lost. */
const settleLooksMax = 3;

interface VerifiedTopic {
  readonly clusterId: string;
  readonly topic: TopicRecord;
}

/** The ledger as it was before the logs were: what it has by then they have. */
interface Look extends VerifiedTopic {
  readonly ledger: Figures;
  readonly log: LoggedTopic;
}

/**
 * Compares what was written by the ledger with what the logs of a cell hold, a line for each topic, at any time. Resolves
 * with whether they agree: to the byte where a log has all that was ever written, and where retention or compaction took of
 * it, that the ledger has no less. A topic that is written to meanwhile is looked at again a window later: the ledger has all
 * that the logs had, and no more than they have; what was written since is yet to be told.
 */
export const verifyUsage = async (
  tools: Pick<AdminTools, 'db' | 'print'>,
  cell: VerifiedCell,
  settleMs = settleMsUsual,
): Promise<boolean> => {
  if (cell.logDirectories.length === 0)
    throw new UsageError('Name the directories of the logs of its brokers.');
  const topics = await topicsOf(tools, cell);
  const tell = ({ clusterId, topic }: VerifiedTopic, line: string) =>
    tools.print(`${clusterId}  ${topic.name}  ${line}`);
  let open: Look[] = [];
  for (const look of await lookAt(tools, cell, topics)) {
    if (isEqual(look)) tell(look, lineOf(look));
    else open.push(look);
  }
  for (let looks = 1; open.some(isBehind) && looks <= settleLooksMax; looks++) {
    await delay(settleMs);
    const before = open;
    open = [];
    for (const look of await lookAt(tools, cell, before)) {
      const earlier = before.find(({ topic }) => topic.topicId === look.topic.topicId) ?? look;
      if (isEqual(look)) tell(look, lineOf(look));
      else if (isInStep(earlier, look)) tell(look, inStepLine(earlier, look));
      // A log that was cut has less than it had: what it had is not waited for.
      else open.push(earlier.log.bytes <= look.log.bytes ? { ...look, log: earlier.log } : look);
    }
  }
  for (const look of open) tell(look, lineOf(look));
  return open.length === 0;
};

const topicsOf = async (
  { db }: Pick<AdminTools, 'db'>,
  { cellId, store }: VerifiedCell,
): Promise<readonly VerifiedTopic[]> => {
  const { changes } = await store.changesSince(0);
  const topics = changes.flatMap((change) =>
    change.kind === 'topic' && change.topic !== null ? [change.topic] : [],
  );
  const clusterIds = await readVerifiedClusters(db, cellId);
  return clusterIds.flatMap((clusterId) =>
    topics.filter((topic) => topic.clusterId === clusterId).map((topic) => ({ clusterId, topic })),
  );
};

/** The ledger first, and then the logs, of one cluster after the other. */
const lookAt = async (
  { db }: Pick<AdminTools, 'db'>,
  { logDirectories }: VerifiedCell,
  topics: readonly VerifiedTopic[],
): Promise<readonly Look[]> => {
  const looks: Look[] = [];
  for (const [clusterId, ofCluster] of Map.groupBy(topics, (each) => each.clusterId)) {
    const ledger: Figures[] = [];
    for (const { topic } of ofCluster)
      ledger.push(await readLedger(db, clusterId, topic.name, new Date(topic.createdAt)));
    const logged = new Map<string, LoggedPartition[]>();
    for (const directory of logDirectories)
      for (const found of await readLogs(directory, clusterId))
        logged.set(found.topicId, [...(logged.get(found.topicId) ?? []), found]);
    for (const [at, { topic }] of ofCluster.entries()) {
      const log = logOf(topic, logged.get(topic.topicId) ?? []);
      looks.push({ clusterId, topic, ledger: ledger[at] ?? none, log });
    }
  }
  return looks;
};

const none: Figures = { bytes: 0n, records: 0n };

const isAtLeast = (one: Figures, other: Figures): boolean =>
  one.bytes >= other.bytes && one.records >= other.records;

/** Of a log that is not whole: no less. */
const isEqual = ({ ledger, log }: Look): boolean =>
  isAtLeast(ledger, log) && (!log.isWhole || isAtLeast(log, ledger));

/** More than the logs have is wrong at once; less may be on its way. */
const isBehind = ({ ledger, log }: Look): boolean => !log.isWhole || isAtLeast(log, ledger);

const isInStep = (earlier: Look, { ledger, log }: Look): boolean =>
  isAtLeast(ledger, earlier.log) && isAtLeast(log, ledger);

const inStepLine = (earlier: Look, { ledger, log }: Look): string => {
  const toTell = { bytes: log.bytes - ledger.bytes, records: log.records - ledger.records };
  return `in step: the ledger has ${textOf(ledger)}, with all that the logs had a window ago (${textOf(earlier.log)}); yet to be told are ${textOf(toTell)}`;
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

const lineOf = (look: Look): string => {
  const { ledger, log } = look;
  const difference = { bytes: ledger.bytes - log.bytes, records: ledger.records - log.records };
  const verdict = isEqual(look) ? (log.isWhole ? 'equal' : 'no less') : 'DIFFERENT';
  const part = log.isWhole ? '' : ', of which the rest was removed';
  return `${verdict}: the ledger has ${textOf(ledger)}, the logs ${textOf(log)}${part}; the difference is ${textOf(difference)}`;
};

const textOf = ({ bytes, records }: Figures): string => `${bytes} bytes in ${records} records`;
