import {
  type ClusterKind,
  clusterKinds,
  type KindLimits,
  limitsOfBasic,
  limitsOfDedicated,
  limitsOfStandard,
} from '@weir/contracts/cluster-kinds';
import type { ClusterRecord } from '@weir/metadata-store/model';

export interface ClusterIntent {
  readonly id: string;
  readonly kind: string;
  readonly cku: number | null;
  readonly intentVersion: number;
}

/**
 * What the cell is told of a cluster. A topic is created by its first use, as Apache Kafka does by default,
 * if the principal may create it.
 */
export const clusterRecordOf = (intent: ClusterIntent): ClusterRecord => ({
  id: intent.id,
  limits: limitsOf(kindOf(intent.kind), intent.cku ?? 1),
  autoCreateTopics: true,
  intentVersion: intent.intentVersion,
});

const limitsOf = (kind: ClusterKind, cku: number): KindLimits => {
  switch (kind) {
    case 'Basic':
      return limitsOfBasic;
    case 'Standard':
      return limitsOfStandard;
    case 'Dedicated':
      return limitsOfDedicated(cku);
  }
};

const kindOf = (text: string): ClusterKind => {
  const kind = clusterKinds.find((known) => known === text);
  if (!kind) throw new Error(`a cluster of unknown kind ${text}`);
  return kind;
};
