import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * DeleteGroups (KIP-229). v2 is flexible.
 */
const request = {
  groupsNames: array('string', '0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  results: array(
    {
      groupId: string('0+'),
      errorCode: int16('0+'),
    },
    '0+',
  ),
};

export type DeleteGroupsRequest = Decoded<typeof request>;
export type DeleteGroupsResponse = Encodable<typeof response>;

export const deleteGroupsApi = defineApi({
  key: 42,
  name: 'DeleteGroups',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 2,
  request,
  response,
});
