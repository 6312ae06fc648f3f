import type { ClusterConfig } from '@weir/contracts/clusters';
import { localCellId } from '@weir/provisioning/cells';
import { invalid, type Refused } from '../http/refused.ts';

export interface Placement {
  readonly cellId: string;
}

interface Offer {
  readonly cloud: string;
  readonly region: string;
  readonly kinds: readonly ClusterConfig['kind'][];
  readonly cellId: string;
}

/** What this installation sells, and where it is placed. One machine has one shared cell. */
const offers: readonly Offer[] = [
  { cloud: 'LOCAL', region: 'local', kinds: ['Basic', 'Standard'], cellId: localCellId },
];

/** Where a cluster of that kind goes, or why it goes nowhere. Pure. */
export const placeCluster = (wanted: {
  readonly cloud: string;
  readonly region: string;
  readonly config: ClusterConfig;
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
  return { cellId: offer.cellId };
};
