import { defineApi } from '../api.ts';
import { neverFlexible } from '../message.ts';
import { array, type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * OffsetDelete (KIP-496). One version, not flexible.
 */
const request = {
  groupId: string('0+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array({ partitionIndex: int32('0+') }, '0+'),
    },
    '0+',
  ),
};

const response = {
  errorCode: int16('0+'),
  throttleTimeMs: int32('0+'),
  topics: array(
    {
      name: string('0+'),
      partitions: array({ partitionIndex: int32('0+'), errorCode: int16('0+') }, '0+'),
    },
    '0+',
  ),
};

export type OffsetDeleteRequest = Decoded<typeof request>;
export type OffsetDeleteResponse = Encodable<typeof response>;

export const offsetDeleteApi = defineApi({
  key: 47,
  name: 'OffsetDelete',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: neverFlexible,
  request,
  response,
});
