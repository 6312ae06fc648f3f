import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * ListGroups. v1 adds throttle time, v3 is flexible, v4 filters by state (KIP-518), v5 by type (KIP-848).
 */
const request = {
  statesFilter: array('string', '4+'),
  typesFilter: array('string', '5+'),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  groups: array(
    {
      groupId: string('0+'),
      protocolType: string('0+'),
      groupState: string('4+'),
      groupType: string('5+'),
    },
    '0+',
  ),
};

export type ListGroupsRequest = Decoded<typeof request>;
export type ListGroupsResponse = Encodable<typeof response>;

export const listGroupsApi = defineApi({
  key: 16,
  name: 'ListGroups',
  versionMin: 0,
  versionMax: 5,
  flexibleFrom: 3,
  request,
  response,
});
