import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** DeleteAcls (KIP-140). v1 tells literal names from prefixes (KIP-290), v2 is flexible, v3 adds the resource type of users (KIP-373). */
const request = {
  filters: array(
    {
      resourceTypeFilter: int8('0+'),
      resourceNameFilter: string('0+', { nullable: '0+' }),
      patternTypeFilter: int8('1+', { default: 3 }),
      principalFilter: string('0+', { nullable: '0+' }),
      hostFilter: string('0+', { nullable: '0+' }),
      operation: int8('0+'),
      permissionType: int8('0+'),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  filterResults: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      matchingAcls: array(
        {
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+' }),
          resourceType: int8('0+'),
          resourceName: string('0+'),
          patternType: int8('1+', { default: 3 }),
          principal: string('0+'),
          host: string('0+'),
          operation: int8('0+'),
          permissionType: int8('0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type DeleteAclsRequest = Decoded<typeof request>;
export type DeleteAclsResponse = Encodable<typeof response>;

export const deleteAclsApi = defineApi({
  key: 31,
  name: 'DeleteAcls',
  versionMin: 1,
  versionMax: 3,
  flexibleFrom: 2,
  request,
  response,
});
