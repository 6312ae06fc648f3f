import type { MetadataStore } from '@weir/metadata-store/port';
import type { NameMatch } from './consumer-group/name-match.ts';
import type { CompactionAnswer, CompactionTask } from './log/compaction-task.ts';
import type { RecodeAnswer, RecodeTask } from './partition/recode-task.ts';
import type { RecordAnswer, RecordTask } from './partition/record-task.ts';

/**
 * Everything the engine touches outside itself. The product composes it from Node's own modules
 * (node-deps/), the simulation from one seed; nothing else in this package may reach out.
 */
export interface Deps {
  readonly clock: Clock;
  readonly disk: Disk;
  /** Where clients come from. */
  readonly network: Network;
  /** Between the brokers of the cell: where others share the wires, TLS in which both ends show who they are. */
  readonly peerNetwork: Network;
  readonly metadata: MetadataStore;
  readonly random: Random;
  readonly usage: UsageSink;
  readonly log: Log;
  readonly heap: Heap;
  readonly workers: Workers;
  /** By whose word clients are let in that bring a token (KIP-768); left out: by nobody's. */
  readonly tokens?: Tokens | undefined;
}

export interface Tokens {
  /** What a token says, if it holds now; null: it does not. Nobody else is asked for it. */
  verify(token: string): Promise<TokenClaims | null>;
}

export interface TokenClaims {
  readonly subject: string;
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Threads beside the main one. Owners share them fairly; who has too much waiting is refused with QueueFullError. */
export interface Workers {
  /** Looks into a batch of the cluster, which may be compressed; the batch may change once this has returned. */
  records(clusterId: string, task: RecordTask): Promise<RecordAnswer>;
  /** Compresses a batch of the cluster otherwise; the batch may change once this has returned. */
  recode(clusterId: string, task: RecodeTask): Promise<RecodeAnswer>;
  /** Does some of the compaction of a log of the cluster; the batches may change once this has returned. */
  compact(clusterId: string, task: CompactionTask): Promise<CompactionAnswer>;
  /** Finds the names that a client's regular expression stands for; null: it is none. */
  matchNames(clusterId: string, task: NameMatch): Promise<readonly string[] | null>;
  /** Derives a key on behalf of a network address. */
  deriveKey(address: string, derivation: KeyDerivation): Promise<Buffer>;
}

/** PBKDF2 (RFC 8018). */
export interface KeyDerivation {
  readonly secret: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** Length of the key. */
  readonly bytes: number;
  readonly digest: 'sha256' | 'sha512';
}

export interface Clock {
  /** Milliseconds since the Unix epoch. May jump; only for timestamps that people or clients see. */
  now(): number;
  /** Milliseconds that never go back; for time-outs and rates. */
  monotonicMs(): number;
  /** Milliseconds that this thread has worked; time in which the machine worked on something else is not in it. */
  workedMs(): number;
  /** Calls back once, after at least `ms` milliseconds. */
  after(ms: number, call: () => void): Timer;
  /** Calls back after the I/O events of the present tick were handled: what gathers work gathers until then. */
  soon(call: () => void): void;
  /** Calls back when nothing of what the present call has let go on is left to do, before any further I/O event. */
  settled(call: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/** Paths are relative to the broker's data directory, with `/` between the parts. */
export interface Disk {
  /** Names in the directory, in any order; empty when there is no such directory. */
  list(dir: string): Promise<string[]>;
  /** Makes the directory and its parents, and makes their entries durable. */
  makeDir(dir: string): Promise<void>;
  /** Opens for reading and writing, creating an empty file where there is none, unless `how` says otherwise. */
  open(path: string, how?: OpenHow): Promise<DiskFile>;
  /** The whole file, or null when there is none. For small files. */
  readWhole(path: string): Promise<Buffer | null>;
  /** Replaces the file in one step: readers see the old or the new bytes, also after a crash. */
  replace(path: string, bytes: Buffer): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a directory with all that is in it; nothing happens when there is none. */
  remove(path: string): Promise<void>;
  /** Removes a directory in which there is nothing; one with anything in it stays as it is. */
  removeEmpty(dir: string): Promise<void>;
  /** Makes creations, renames and removals in the directory durable. */
  syncDir(dir: string): Promise<void>;
}

/**
 * `existing`: rejects where there is no file. `durable`: the same, and what a write wrote survives a power cut
 * once it returns (O_DSYNC); of what was written otherwise it says nothing. `private`: makes the file where there is
 * none, for this user alone to read.
 */
export type OpenHow = 'existing' | 'durable' | 'private';

export interface DiskFile {
  size(): Promise<number>;
  /** Writes all buffers one behind the other at `position`, bytes; they may not change until it returns. */
  write(buffers: readonly Buffer[], position: number): Promise<void>;
  /** Fills `target` from `position` as far as the file goes; returns how many bytes. */
  read(target: Buffer, position: number): Promise<number>;
  /** fdatasync: what was written before the call survives a power cut once it returns. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface Network {
  listen(host: string, port: number, accept: (transport: Transport) => void): Promise<Listener>;
  /** Rejects where nobody answers. */
  connect(host: string, port: number): Promise<Transport>;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** One connection, bytes in order both ways. */
export interface Transport {
  readonly remoteAddress: string;
  /** What the client wants to reach, as its TLS says (SNI); without TLS, or where it does not say, there is none. */
  readonly serverName?: string | undefined;
  /** The chunk belongs to the receiver only during the call. */
  onData(receive: (chunk: Buffer) => void): void;
  /** Called once, whatever ended the connection. */
  onClose(closed: () => void): void;
  /** Hands the buffers over; `done` is called once they are no longer needed, with whether the kernel took all of them. */
  write(buffers: readonly Buffer[], done: (isTaken: boolean) => void): void;
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  destroy(): void;
}

export interface Random {
  bytes(length: number): Buffer;
  /** An integer from 0 (inclusive) to `bound` (exclusive). */
  below(bound: number): number;
}

/** The process's heap of objects. */
export interface Heap {
  /** Calls back after each major collection: bytes that it left, and bytes at which the process ends. Returns what takes that back. */
  onCollected(call: (usedBytes: number, limitBytes: number) => void): () => void;
}

/** Counters of one closed window. All quantities are whole numbers. */
export interface UsageReport {
  readonly brokerId: number;
  readonly bootEpoch: number;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly rows: readonly UsageRow[];
  /** Limits that clusters met in the window. */
  readonly reached: readonly ReachedRow[];
  /** Secrets of keys that were used in it. */
  readonly keyUses: readonly KeyUseRow[];
  /** Up to where what was written is counted, wherever that has changed in the window. */
  readonly counted: readonly CountedRow[];
}

/**
 * Up to where what clients wrote in a partition is counted, of one stretch of terms in which this broker led it. What
 * lies behind it was on its way when its life ended, and is counted from the log in the next one.
 */
export interface CountedRow {
  /** Of the stretch. */
  readonly id: string;
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
  /** The first and the last of its terms. */
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  /** Exclusive. */
  readonly through: number;
  /** Stretches of offsets behind it, in their order, that are counted as well: from, and to (exclusive). */
  readonly ahead: readonly OffsetRange[];
  /** Nothing of the stretch lies at this offset or behind it; null: that is not known yet. */
  readonly to: number | null;
  /** All of it is counted: the row has served. */
  readonly isDone: boolean;
}

/** Who used a secret of a key last. */
export interface KeyUseRow {
  readonly keyId: string;
  readonly secretNumber: number;
  readonly clusterId: string;
  /** To the length of a window; milliseconds since the epoch. */
  readonly atMs: number;
  readonly address: string;
  readonly clientId: string | null;
  readonly softwareName: string | null;
  readonly softwareVersion: string | null;
}

/** A limit that slowed or refused a cluster. */
export interface ReachedRow {
  readonly clusterId: string;
  /** Its name in ClusterLimits, or another that the owner is shown. */
  readonly limit: string;
  /** How often in the window. */
  readonly count: number;
  /** Since when without a pause of a minute, milliseconds since the epoch. */
  readonly sinceMs: number;
}

export interface UsageRow {
  readonly clusterId: string;
  readonly principal: string;
  /** Empty where nobody needs a key, and for what the cloud's own pages do in somebody's name. */
  readonly keyId: string;
  /** Empty for what belongs to no topic. */
  readonly topic: string;
  readonly meter: Meter;
  readonly quantity: number;
}

export type Meter =
  | 'bytes_in'
  | 'bytes_out'
  | 'records_in'
  | 'records_out'
  | 'requests'
  | 'connections_peak'
  | 'stored_byte_seconds'
  | 'partition_seconds';

export type OffsetRange = readonly [from: number, to: number];

export interface UsageSink {
  /** What was not done when the life before ended, in what is there for good of its reports and what it held. */
  countedBefore(): Promise<readonly CountedRow[]>;
  /** Takes the report for good: once this returns, it reaches the ledger whatever dies later. */
  report(report: UsageReport): Promise<void>;
  /**
   * Keeps what the present window counts so far, in place of what was held before. If this process ends
   * without reporting the window, its next life reports what was held.
   */
  hold(report: UsageReport): Promise<void>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** Structured lines; never a secret, never a record's contents. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields, cause?: unknown): void;
  error(event: string, fields?: LogFields, cause?: unknown): void;
}
