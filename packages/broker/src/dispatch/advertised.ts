import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { type ApiVersionsResponse, apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { shareGroupHeartbeat } from '../apis/76-share-group-heartbeat.ts';
import { shareGroupDescribe } from '../apis/77-share-group-describe.ts';
import { shareFetch } from '../apis/78-share-fetch.ts';
import { shareAcknowledge } from '../apis/79-share-acknowledge.ts';
import { apiTable } from './api-table.ts';

const shareKeys: ReadonlySet<number> = new Set([
  shareGroupHeartbeat.api.key,
  shareGroupDescribe.api.key,
  shareFetch.api.key,
  shareAcknowledge.api.key,
]);

/** What ApiVersions lists, in order of key. The three below are answered by the dispatch room itself. */
export const advertisedApis: NonNullable<ApiVersionsResponse['apiKeys']> = [
  ...[...apiTable.values()].map(({ api, advertised }) => ({
    apiKey: api.key,
    minVersion: advertised.min,
    maxVersion: advertised.max,
  })),
  ...[apiVersionsApi, saslHandshakeApi, saslAuthenticateApi].map((api) => ({
    apiKey: api.key,
    minVersion: api.versionMin,
    maxVersion: api.versionMax,
  })),
].sort((left, right) => left.apiKey - right.apiKey);

/**
 * What a broker lists that is not alone in its cell: a share group's coordinator gives out records that it leads itself,
 * and does not ask others for theirs yet.
 */
export const advertisedAmongOthers = advertisedApis.filter(({ apiKey }) => !shareKeys.has(apiKey));

/**
 * Features whose APIs are there, as Apache Kafka 4.3 finalizes them: groups of the new protocol (KIP-848), and with
 * transaction.version 2 Java clients leave it to brokers to add partitions to transactions, and have an epoch for each
 * (KIP-890).
 */
const features = [
  { name: 'group.version', levelMin: 0, levelMax: 1 },
  { name: 'transaction.version', levelMin: 0, levelMax: 2 },
] as const;

/** Below v4 a client does not understand a feature whose lowest level is 0 (KAFKA-17011): it is not told as supported. */
export function featuresOf(version: number): Partial<ApiVersionsResponse> {
  const supported = version >= 4 ? features : [];
  return {
    supportedFeatures: supported.map(({ name, levelMin, levelMax }) => ({
      name,
      minVersion: levelMin,
      maxVersion: levelMax,
    })),
    finalizedFeaturesEpoch: 0,
    finalizedFeatures: features.map(({ name, levelMax }) => ({
      name,
      maxVersionLevel: levelMax,
      minVersionLevel: levelMax,
    })),
  };
}
