import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** IncrementalAlterConfigs (KIP-339): one setting at a time. v1 is flexible. */
const request = {
  resources: array(
    {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: array(
        { name: string('0+'), configOperation: int8('0+'), value: string('0+', { nullable: '0+' }) },
        '0+',
      ),
    },
    '0+',
  ),
  validateOnly: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  responses: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
    },
    '0+',
  ),
};

export type IncrementalAlterConfigsRequest = Decoded<typeof request>;
export type IncrementalAlterConfigsResponse = Encodable<typeof response>;

export const incrementalAlterConfigsApi = defineApi({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 1,
  request,
  response,
});
