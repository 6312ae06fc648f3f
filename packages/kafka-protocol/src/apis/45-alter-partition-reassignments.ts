import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * AlterPartitionReassignments (KIP-455), flexible from the start. No replicas: a reassignment that is under way is
 * cancelled. v1 can forbid that the number of replicas changes (KIP-860).
 */
const request = {
  timeoutMs: int32('0+', { default: 60000 }),
  allowReplicationFactorChange: bool('1+', { default: true }),
  topics: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          replicas: array('int32', '0+', { nullable: '0+', default: null }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  allowReplicationFactorChange: bool('1+', { default: true }),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  responses: array(
    {
      name: string('0+'),
      partitions: array(
        {
          partitionIndex: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type AlterPartitionReassignmentsRequest = Decoded<typeof request>;
export type AlterPartitionReassignmentsResponse = Encodable<typeof response>;

export const alterPartitionReassignmentsApi = defineApi({
  key: 45,
  name: 'AlterPartitionReassignments',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 0,
  request,
  response,
});
