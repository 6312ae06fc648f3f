import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, int64, string } from '../schema.ts';

/**
 * ApiVersions. v1 adds throttle time, v3 is flexible and adds the client's name and the features (KIP-511,
 * KIP-584), v4 allows features whose lowest version is 0 (KAFKA-17011). The response's header is v0 always.
 */
const request = {
  clientSoftwareName: string('3+'),
  clientSoftwareVersion: string('3+'),
};

const response = {
  errorCode: int16('0+'),
  apiKeys: array(
    {
      apiKey: int16('0+'),
      minVersion: int16('0+'),
      maxVersion: int16('0+'),
    },
    '0+',
  ),
  throttleTimeMs: int32('1+'),
  supportedFeatures: array(
    {
      name: string('3+'),
      minVersion: int16('3+'),
      maxVersion: int16('3+'),
    },
    '3+',
    { tag: 0 },
  ),
  finalizedFeaturesEpoch: int64('3+', { default: -1, tag: 1 }),
  finalizedFeatures: array(
    {
      name: string('3+'),
      maxVersionLevel: int16('3+'),
      minVersionLevel: int16('3+'),
    },
    '3+',
    { tag: 2 },
  ),
  zkMigrationReady: bool('3+', { default: false, tag: 3 }),
};

export type ApiVersionsRequest = Decoded<typeof request>;
export type ApiVersionsResponse = Encodable<typeof response>;

export const apiVersionsApi = defineApi({
  key: 18,
  name: 'ApiVersions',
  versionMin: 0,
  versionMax: 4,
  flexibleFrom: 3,
  request,
  response,
});
