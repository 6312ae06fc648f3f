import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** ElectLeaders (KIP-183). v1 knows unclean elections and an error of the whole answer (KIP-460), v2 is flexible. */
const request = {
  electionType: int8('1+'),
  topicPartitions: array(
    {
      topic: string('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
    { nullable: '0+' },
  ),
  timeoutMs: int32('0+', { default: 60000 }),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('1+'),
  replicaElectionResults: array(
    {
      topic: string('0+'),
      partitionResult: array(
        {
          partitionId: int32('0+'),
          errorCode: int16('0+'),
          errorMessage: string('0+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type ElectLeadersRequest = Decoded<typeof request>;
export type ElectLeadersResponse = Encodable<typeof response>;

export const electLeadersApi = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 2,
  request,
  response,
});
