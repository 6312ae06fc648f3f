import type { Deps, Timer } from '../deps.ts';
import { compactionIntervalMs, compactionRestShare, compactionSlotsMax } from '../limits.ts';
import { readCompactedTo, writeCompactedTo } from '../log/compacted-to.ts';
import { type CompactionDeps, CompactionEndedError, compactLog } from '../log/compaction.ts';
import { planCompaction } from '../log/compaction-plan.ts';
import type { CompactionAnswer, CompactionTask } from '../log/compaction-task.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Partition } from './partition.ts';
import { plainBytesMax } from './plain-bytes.ts';

type CompactionsDeps = Pick<Deps, 'clock' | 'disk' | 'log' | 'workers'>;

/**
 * Compacts the logs of a broker, one at a time, one cluster after the other: each replica its own, as its leader does
 * the same. Logs that nobody has opened since the start have nothing new in them.
 */
export class Compactions {
  readonly #deps: CompactionsDeps;
  readonly #clusters: () => Iterable<Iterable<Partition>>;
  /** Up to where logs were compacted, as far as that was asked. */
  readonly #compactedTo = new WeakMap<PartitionLog, number>();
  /** In which something is damaged, or that were given up otherwise: not before they are opened anew. */
  readonly #givenUp = new WeakSet<PartitionLog>();
  #timer: Timer | null = null;
  #isStopped = false;
  #round: Promise<void> = Promise.resolve();

  constructor(deps: CompactionsDeps, clusters: () => Iterable<Iterable<Partition>>) {
    this.#deps = deps;
    this.#clusters = clusters;
  }

  start(intervalMs = compactionIntervalMs): void {
    if (this.#isStopped) return;
    this.#timer = this.#deps.clock.after(intervalMs, () => {
      this.#round = this.#compactAll().finally(() => this.start(intervalMs));
    });
  }

  /** Resolves when nothing is under way; logs that are closed end what is done with them. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  /** Of each cluster one log, then of each the next: who has many keeps nobody waiting for all of them. */
  async #compactAll(): Promise<void> {
    let left = [...this.#clusters()].map((partitions) =>
      [...partitions].filter(isCompacted)[Symbol.iterator](),
    );
    while (left.length > 0 && !this.#isStopped) {
      const more: typeof left = [];
      for (const partitions of left) {
        const next = partitions.next();
        if (next.done === true || this.#isStopped) continue;
        more.push(partitions);
        await this.compact(next.value);
      }
      left = more;
    }
  }

  /** Compacts the log if that is due. Never rejects: what went wrong is said, and the log stays as it is. */
  async compact(partition: Partition): Promise<void> {
    const { log } = partition;
    if (log === null || !partition.isOpen || this.#givenUp.has(log)) return;
    try {
      await this.#compactLog(partition, log);
    } catch (cause) {
      if (cause instanceof CompactionEndedError || log.isOver) return;
      this.#givenUp.add(log);
      this.#deps.log.error('compaction.failed', { dir: partition.dir }, cause);
    }
  }

  async #compactLog(partition: Partition, log: PartitionLog): Promise<void> {
    const { clock, disk } = this.#deps;
    const { compaction: rules, rules: batches } = partition.settings;
    if (rules === undefined || rules === null) return;
    const compactedTo = this.#compactedTo.get(log) ?? (await readCompactedTo(disk, log.dir));
    this.#compactedTo.set(log, compactedTo);
    const now = { compactedTo, decidedEnd: decidedEndOf(partition), nowMs: clock.now() };
    const plan = planCompaction(log.segments, rules, now);
    if (plan === null) return;
    const began = clock.monotonicMs();
    const deps: CompactionDeps = {
      clock,
      disk,
      slotsMax: compactionSlotsMax,
      plainBytesMax: plainBytesMax(batches.messageBytesMax),
      run: (task) => this.#run(partition.clusterId, task),
    };
    const compacted = await compactLog(deps, log, plan, rules);
    if (log.isOver) return;
    await writeCompactedTo(disk, log.dir, compacted.compactedTo);
    this.#compactedTo.set(log, compacted.compactedTo);
    const tookMs = Math.round(clock.monotonicMs() - began);
    this.#deps.log.info('log.compacted', { dir: log.dir, ...compacted, tookMs });
  }

  async #run(clusterId: string, task: CompactionTask): Promise<CompactionAnswer> {
    if (this.#isStopped) throw new CompactionEndedError(clusterId);
    const { clock, workers } = this.#deps;
    const began = clock.monotonicMs();
    const answer = await workers.compact(clusterId, task);
    const restMs = (clock.monotonicMs() - began) * compactionRestShare;
    await new Promise<void>((resolve) => clock.after(restMs, resolve));
    return answer;
  }
}

const isCompacted = ({ settings }: Partition): boolean => settings.compaction != null;

/** What lies before it is decided for good: committed, and of no transaction that is open. */
const decidedEndOf = ({ lastStableOffset }: Partition): number => lastStableOffset;
