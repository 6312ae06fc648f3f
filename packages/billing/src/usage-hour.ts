import type { PricedMeter } from '@weir/contracts/billing';

/** What one cluster used of one meter in one hour, as a cluster of one kind. */
export interface UsageHour {
  /** When the hour began. */
  readonly hourMs: number;
  readonly clusterId: string;
  readonly kind: string;
  /** `CLOUD.region`. */
  readonly region: string;
  readonly meter: PricedMeter;
  readonly quantity: bigint;
}

/** A part of an hour: whose and of what, empty where that is not known or not asked. */
export interface UsagePart extends UsageHour {
  readonly principal: string;
  /** Of the key by which the principal did it. */
  readonly key: string;
  readonly topic: string;
}
