import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { type ApiVersionsResponse, apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { apiTable } from './api-table.ts';

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
