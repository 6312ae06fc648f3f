import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** CreateAcls (KIP-140). v1 tells literal names from prefixes (KIP-290), v2 is flexible, v3 adds the resource type of users (KIP-373). */
const request = {
  creations: array(
    {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      resourcePatternType: int8('1+', { default: 3 }),
      principal: string('0+'),
      host: string('0+'),
      operation: int8('0+'),
      permissionType: int8('0+'),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  results: array({ errorCode: int16('0+'), errorMessage: string('0+', { nullable: '0+' }) }, '0+'),
};

export type CreateAclsRequest = Decoded<typeof request>;
export type CreateAclsResponse = Encodable<typeof response>;

export const createAclsApi = defineApi({
  key: 30,
  name: 'CreateAcls',
  versionMin: 1,
  versionMax: 3,
  flexibleFrom: 2,
  request,
  response,
});
