import {
  type ClusterKind,
  clusterKinds,
  type KindLimits,
  limitsOfBasic,
  limitsOfDedicated,
  limitsOfStandard,
} from '@weir/contracts/cluster-kinds';
import { isWellFormedKeyId } from '@weir/credentials/api-key';
import { defaultClient } from '@weir/metadata-store/client-quotas';
import type { ClusterRecord } from '@weir/metadata-store/model';
import { principalOf } from './key-intent.ts';

export interface ClusterIntent {
  readonly id: string;
  readonly kind: string;
  readonly cku: number | null;
  readonly intentVersion: number;
  /** Set: it can be restored, and until then nobody gets in. */
  readonly deletedAt: Date | null;
  /** Its organization has not paid for long: nobody gets in until it has. */
  readonly isUnpaid: boolean;
  readonly clientQuotas: readonly ClientQuotaIntent[];
}

export interface ClientQuotaIntent {
  /** Ids of service accounts, people and keys, and `<default>`. */
  readonly principals: readonly string[];
  readonly ingressBytesPerSec: bigint;
  readonly egressBytesPerSec: bigint;
}

/**
 * What the cell is told of a cluster. A topic is created by its first use, as Apache Kafka does by default,
 * if the principal may create it.
 */
export const clusterRecordOf = (intent: ClusterIntent): ClusterRecord => ({
  id: intent.id,
  limits: limitsOf(kindOf(intent.kind), intent.cku ?? 1),
  ...clientQuotasOf(intent),
  autoCreateTopics: true,
  ...(intent.deletedAt === null && !intent.isUnpaid ? {} : { isSuspended: true }),
  intentVersion: intent.intentVersion,
});

const clientQuotasOf = ({ clientQuotas }: ClusterIntent): Pick<ClusterRecord, 'clientQuotas'> => {
  if (clientQuotas.length === 0) return {};
  const records = clientQuotas.flatMap(({ principals, ingressBytesPerSec, egressBytesPerSec }) =>
    principals.map((principal) => ({
      client: clientOf(principal),
      ingressBytesPerSecMax: Number(ingressBytesPerSec),
      egressBytesPerSecMax: Number(egressBytesPerSec),
    })),
  );
  return { clientQuotas: records };
};

/** As brokers name clients. People and service accounts have prefixes in their ids, keys have none. */
const clientOf = (principal: string): string => {
  if (principal === defaultClient) return defaultClient;
  return isWellFormedKeyId(principal) ? `Key:${principal}` : principalOf(principal);
};

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
