import { Inject, Injectable } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import {
  monthlyCostOfCluster,
  monthlyCostOfPartitions,
  monthlyCostOfStored,
} from '@weir/billing/monthly-cost';
import { periodOf } from '@weir/billing/period';
import type { DryRunCost } from '@weir/contracts/dry-run-cost';
import { readTerms } from '@weir/costs/terms.store';
import type { ControlDb } from '@weir/db/control';
import type { TopicRecord } from '@weir/metadata-store/model';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { expectedBytes } from './expected-bytes.ts';
import { type Kept, readKept, readWritten } from './kept.store.ts';

interface Sized {
  readonly id: string;
  readonly kind: string;
  readonly cku: number | null;
  readonly cloud: string;
  readonly region: string;
}

/** By how much a month costs more after a change, at the prices that the caller's organization has now. */
@Injectable()
export class DryRunCosts {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * What a cluster costs more by what it is to be, with the partitions and bytes that it had last; `before` null: it is to be
   * made, or to come back; `after` null: it is to go.
   */
  async ofCluster(call: Call, before: Sized | null, after: Sized | null): Promise<DryRunCost> {
    const terms = await this.#terms(call);
    const { partitions, storedBytes } = await this.#kept(before ?? after);
    const monthly = (row: Sized | null) => {
      if (row === null) return 0n;
      const sized = { ...placeOf(row), units: row.cku };
      return (
        monthlyCostOfCluster(terms, sized) +
        monthlyCostOfPartitions(terms, sized, Number(partitions)) +
        monthlyCostOfStored(terms, sized, storedBytes)
      );
    };
    return answered(terms.book.currency, monthly(after) - monthly(before));
  }

  /** What so many more partitions of a cluster cost. */
  async ofPartitions(
    call: Call,
    cluster: Sized,
    { before, added }: { readonly before: number; readonly added: number },
  ): Promise<DryRunCost> {
    const terms = await this.#terms(call);
    const monthly = (count: number) => monthlyCostOfPartitions(terms, placeOf(cluster), count);
    return answered(terms.book.currency, monthly(before + added) - monthly(before));
  }

  /** What a cluster costs less without one topic: its partitions, of so many, and what it stores. */
  async ofLostTopic(
    call: Call,
    cluster: Sized,
    topic: { readonly name: string; readonly partitions: number; readonly ofPartitions: number },
  ): Promise<DryRunCost> {
    const terms = await this.#terms(call);
    const { storedBytes } = await this.#kept(cluster, topic.name);
    const monthly = (count: number) => monthlyCostOfPartitions(terms, placeOf(cluster), count);
    const partitions = monthly(topic.ofPartitions) - monthly(topic.ofPartitions - topic.partitions);
    const stored = monthlyCostOfStored(terms, placeOf(cluster), storedBytes);
    return answered(terms.book.currency, -(partitions + stored));
  }

  /** What a topic costs more by how long it keeps what is written to it, if that goes on as in the last day. */
  async ofTopicConfigs(
    call: Call,
    cluster: Sized,
    topic: TopicRecord,
    configs: TopicRecord['configs'],
  ): Promise<DryRunCost> {
    const [terms, { storedBytes }, written] = await Promise.all([
      this.#terms(call),
      this.#kept(cluster, topic.name),
      readWritten(this.db, topic, this.clock.now()),
    ]);
    const stored = { ...written, storedBytes, partitions: topic.partitions.length };
    const monthly = (under: TopicRecord['configs']) =>
      monthlyCostOfStored(terms, placeOf(cluster), expectedBytes(under, stored));
    return answered(terms.book.currency, monthly(configs) - monthly(topic.configs));
  }

  #kept(cluster: Sized | null, topic: string | null = null): Promise<Kept> {
    return readKept(this.db, cluster?.id ?? '', topic, this.clock.now());
  }

  #terms({ caller }: Call) {
    return readTerms(this.db, caller.organizationId, periodOf(this.clock.now()));
  }
}

const placeOf = ({ cloud, kind, region }: Sized) => ({ kind, region: `${cloud}.${region}` });

const answered = (currency: 'USD', micros: bigint): DryRunCost => ({
  currency,
  monthly_amount: decimalText(micros),
});
