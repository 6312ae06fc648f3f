import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** ListConfigResources (KIP-1142). v0 was ListClientMetricsResources (KIP-714), v1 asks for types of resources. */
const request = { resourceTypes: array('int8', '1+') };

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  configResources: array({ resourceName: string('0+'), resourceType: int8('1+', { default: 16 }) }, '0+'),
};

export type ListConfigResourcesRequest = Decoded<typeof request>;
export type ListConfigResourcesResponse = Encodable<typeof response>;

export const listConfigResourcesApi = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
