import type { Availability, ClusterConfig } from '@weir/contracts/clusters';
import { localCellId } from '@weir/provisioning/cells';
import type { z } from 'zod';
import { invalid, type Refused } from '../http/refused.ts';

export interface Placement {
  readonly cellId: string;
}

interface Offer {
  readonly cloud: string;
  readonly region: string;
  readonly kinds: readonly ClusterConfig['kind'][];
  readonly availabilities: readonly z.infer<typeof Availability>[];
  readonly cellId: string;
}

/** What this installation sells, and where it is placed. One machine has one shared cell. */
const offers: readonly Offer[] = [
  {
    cloud: 'LOCAL',
    region: 'local',
    kinds: ['Basic', 'Standard'],
    availabilities: ['SINGLE_ZONE', 'LOW'],
    cellId: localCellId,
  },
];

/** Where a cluster of that kind goes, or why it goes nowhere. Pure. */
export const placeCluster = (wanted: {
  readonly cloud: string;
  readonly region: string;
  readonly config: ClusterConfig;
  readonly availability: z.infer<typeof Availability>;
}): Placement | Refused => {
  const cloud = wanted.cloud.toUpperCase();
  const offer = offers.find((one) => one.cloud === cloud && one.region === wanted.region);
  if (!offer) {
    const there = offers.map((one) => `${one.cloud} ${one.region}`).join(', ');
    return invalid(
      `There are no clusters in ${cloud} ${wanted.region}. Choose one of: ${there}.`,
      '/spec/region',
    );
  }
  if (!offer.kinds.includes(wanted.config.kind)) {
    const detail = `${offer.cloud} ${offer.region} offers ${offer.kinds.join(' and ')} clusters, not ${wanted.config.kind}.`;
    return invalid(detail, '/spec/config/kind');
  }
  if (!offer.availabilities.includes(wanted.availability)) {
    const detail = `${offer.cloud} ${offer.region} has one broker in one zone, so it offers no ${wanted.availability}. Choose one of: ${offer.availabilities.join(', ')}.`;
    return invalid(detail, '/spec/availability');
  }
  return { cellId: offer.cellId };
};
