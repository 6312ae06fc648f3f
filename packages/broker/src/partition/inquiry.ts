import { batchHeaderBytes, batchPositions, producerId } from '@weir/kafka-protocol/record-batch';
import type { Deps } from '../deps.ts';
import type { BatchRules } from './accept-batch.ts';
import { checkKeys, type KeysKnown, needsKeyCheck } from './key-check.ts';
import type { PartitionOwner } from './partition-owner.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { ProducerLedger } from './producer-ledger.ts';

/** What was found out about a batch elsewhere, for the decision whether to append it. */
export interface Findings {
  /** Null: nobody has looked. */
  readonly keys: KeysKnown | null;
  /** Its producer id was handed out to nobody. */
  readonly isProducerUnknown: boolean;
}

export const nothingFound: Findings = { keys: null, isProducerUnknown: false };

interface InquiryDeps {
  readonly deps: Pick<Deps, 'workers' | 'log'>;
  readonly owner: Pick<PartitionOwner, 'id' | 'reachedLimits'>;
  readonly dir: string;
  readonly ledger: Pick<ProducerLedger, 'has'>;
  /** Without it every id counts as one that was handed out. */
  readonly producerIds: Pick<ProducerIds, 'isKnown' | 'wasHandedOut'> | null;
}

/**
 * Asks what an append needs to know and cannot see by itself: a worker for the keys of what is compressed,
 * the store for producer ids that this broker has not heard of. Most batches need neither.
 */
export class Inquiry {
  readonly #deps: InquiryDeps;
  /** By the bytes themselves: for as long as their request has them. */
  readonly #findings = new WeakMap<Buffer, Findings>();

  constructor(deps: InquiryDeps) {
    this.#deps = deps;
  }

  isNeeded(records: Buffer, rules: BatchRules): boolean {
    return this.#mustAskForProducer(records) || needsKeyCheck(records, rules);
  }

  /** Never rejects: what stays unknown is left to the decision. */
  async ask(records: Buffer, rules: BatchRules): Promise<void> {
    const isProducerUnknown = this.#mustAskForProducer(records) && !(await this.#isProducerKnown(records));
    const keys = needsKeyCheck(records, rules) ? await this.#keysOf(records, rules) : null;
    this.#findings.set(records, { keys, isProducerUnknown });
  }

  findingsOf(records: Buffer): Findings {
    return this.#findings.get(records) ?? nothingFound;
  }

  #mustAskForProducer(records: Buffer): boolean {
    const { producerIds, ledger } = this.#deps;
    if (producerIds === null) return false;
    const producer = producerIdClaimed(records);
    return producer >= 0 && !producerIds.isKnown(producer) && !ledger.has(producer);
  }

  async #isProducerKnown(records: Buffer): Promise<boolean> {
    const { deps, dir, producerIds } = this.#deps;
    try {
      return (await producerIds?.wasHandedOut(producerIdClaimed(records))) !== false;
    } catch (cause) {
      // The store is away: its word is missing, and the producer is taken at his own.
      deps.log.warn('producer-id.unverified', { dir }, cause);
      return true;
    }
  }

  async #keysOf(records: Buffer, rules: BatchRules): Promise<KeysKnown> {
    const { deps, dir, owner } = this.#deps;
    let known: KeysKnown = { kind: 'unknown' };
    try {
      known = await checkKeys(deps.workers, owner.id, records, rules);
    } catch (cause) {
      deps.log.error('partition.keys.unknown', { dir, bytes: records.length }, cause);
    }
    if (known.kind === 'too-large' || known.kind === 'unknown') {
      owner.reachedLimits.reached('decompressedBytesMax');
    }
    return known;
  }
}

/** The producer id that the bytes carry where a batch has it; −1 where it is none. */
function producerIdClaimed(records: Buffer): number {
  if (records.length < batchHeaderBytes) return -1;
  const high = records.readInt32BE(batchPositions.producerId);
  const isNone = high < 0 || high > 0x1f_ffff;
  return isNone ? -1 : producerId(records, 0);
}
