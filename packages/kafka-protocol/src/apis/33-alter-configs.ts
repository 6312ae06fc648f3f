import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** AlterConfigs (KIP-133): every override of a resource is replaced. v2 is flexible. */
const request = {
  resources: array(
    {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: array({ name: string('0+'), value: string('0+', { nullable: '0+' }) }, '0+'),
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

export type AlterConfigsRequest = Decoded<typeof request>;
export type AlterConfigsResponse = Encodable<typeof response>;

export const alterConfigsApi = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 2,
  request,
  response,
});
