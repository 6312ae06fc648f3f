import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/**
 * DescribeCluster (KIP-700), flexible from the start. v1 adds the kind of endpoint (KIP-919), v2 fenced
 * brokers (KIP-1073).
 */
const request = {
  includeClusterAuthorizedOperations: bool('0+'),
  endpointType: int8('1+', { default: 1 }),
  includeFencedBrokers: bool('2+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  endpointType: int8('1+', { default: 1 }),
  clusterId: string('0+'),
  controllerId: int32('0+', { default: -1 }),
  brokers: array(
    {
      brokerId: int32('0+'),
      host: string('0+'),
      port: int32('0+'),
      rack: string('0+', { nullable: '0+', default: null }),
      isFenced: bool('2+'),
    },
    '0+',
  ),
  clusterAuthorizedOperations: int32('0+', { default: -2147483648 }),
};

export type DescribeClusterRequest = Decoded<typeof request>;
export type DescribeClusterResponse = Encodable<typeof response>;

export const describeClusterApi = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
