import {
  type ClusterKind,
  type KindLimits,
  limitsOfBasic,
  limitsOfDedicated,
  limitsOfStandard,
} from '@weir/contracts/cluster-kinds';
import { binaryBytesText, countText } from '../ui/figures.ts';

export interface KindCard {
  readonly kind: ClusterKind;
  readonly sentence: string;
  readonly limits: readonly string[];
}

/** Each kind with what it may use, from the same figures that brokers enforce. */
export const kindCards: readonly KindCard[] = [
  {
    kind: 'Basic',
    sentence: 'On brokers shared with others. For development, and for more than you think.',
    limits: limitLines(limitsOfBasic),
  },
  {
    kind: 'Standard',
    sentence: 'Shared brokers with higher limits, for production.',
    limits: limitLines(limitsOfStandard),
  },
  {
    kind: 'Dedicated',
    sentence: 'Brokers of its own, sized in units. The limits are those of one unit.',
    limits: limitLines(limitsOfDedicated(1)),
  },
];

export function limitLines(limits: KindLimits): string[] {
  return [
    `${binaryBytesText(limits.ingressBytesPerSecMax)}/s in, ${binaryBytesText(limits.egressBytesPerSecMax)}/s out`,
    `${countText(limits.partitionsMax)} partitions`,
    `${countText(limits.connectionsMax)} connections`,
    `messages up to ${binaryBytesText(limits.messageBytesMax)}, if the topic allows`,
  ];
}
