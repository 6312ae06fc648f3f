import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { CLOCK } from '../platform/tokens.ts';
import { UsageStore } from '../usage/usage.store.ts';
import { type ClusterLimitName, limitsOfKind } from './cluster-limits.ts';

/** One limit of a cluster: by its kind, as its brokers enforce it, and what is used of it. */
export interface ClusterLimitUse {
  readonly byDefault: number;
  readonly applied: number;
  readonly usage: number;
}

const minuteMs = 60_000;
/** A window reaches the ledger so long after it has closed. */
const reportedMs = 15_000;

@Injectable()
export class ClusterUse {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(UsageStore) private readonly usage: UsageStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, clusterId: string): Promise<Readonly<Record<ClusterLimitName, ClusterLimitUse>>> {
    const { cluster, store, view } = await this.clusters.open(call, clusterId);
    const [record, topics, acls, lastMinute] = await Promise.all([
      store.findCluster(clusterId),
      view.topics(clusterId),
      view.acls(clusterId),
      this.#lastMinute(clusterId),
    ]);
    const byDefault = limitsOfKind(cluster.kind, cluster.cku);
    const applied = record?.limits ?? byDefault;
    const of = (name: ClusterLimitName, usage: number) => ({
      byDefault: byDefault[name],
      applied: applied[name],
      usage,
    });
    return {
      ingressBytesPerSecMax: of('ingressBytesPerSecMax', lastMinute.perSecond('bytes_in')),
      egressBytesPerSecMax: of('egressBytesPerSecMax', lastMinute.perSecond('bytes_out')),
      requestsPerSecMax: of('requestsPerSecMax', lastMinute.perSecond('requests')),
      connectionsMax: of('connectionsMax', lastMinute.peak('connections_peak')),
      partitionsMax: of(
        'partitionsMax',
        topics.reduce((sum, topic) => sum + topic.partitions.length, 0),
      ),
      aclsMax: of('aclsMax', acls.length),
    };
  }

  /** The last whole minute of which all windows have been reported. */
  async #lastMinute(clusterId: string) {
    const end = this.clock.now() - reportedMs;
    const to = new Date(end - (end % 10_000));
    const from = new Date(to.getTime() - minuteMs);
    const sums = await this.usage.sumsOfWindows(clusterId, { from, to }, 10_000);
    const ofMeter = (meter: string) => sums.filter((sum) => sum.meter === meter);
    return {
      perSecond: (meter: string) =>
        Math.round((ofMeter(meter).reduce((sum, { quantity }) => sum + quantity, 0) * 1_000) / minuteMs),
      peak: (meter: string) => ofMeter(meter).reduce((most, { quantity }) => Math.max(most, quantity), 0),
    };
  }
}
