import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/** ListPartitionReassignments (KIP-455), flexible from the start. No topics: all that are under way. */
const request = {
  timeoutMs: int32('0+', { default: 60000 }),
  topics: array(
    {
      name: string('0+'),
      partitionIndexes: array('int32', '0+'),
    },
    '0+',
    { nullable: '0+', default: null },
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          replicas: array('int32', '0+'),
          addingReplicas: array('int32', '0+'),
          removingReplicas: array('int32', '0+'),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type ListPartitionReassignmentsRequest = Decoded<typeof request>;
export type ListPartitionReassignmentsResponse = Encodable<typeof response>;

export const listPartitionReassignmentsApi = defineApi({
  key: 46,
  name: 'ListPartitionReassignments',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
