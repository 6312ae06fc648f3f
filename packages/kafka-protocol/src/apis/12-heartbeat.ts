import { defineApi } from '../api.ts';
import { type Decoded, type Encodable, int16, int32, string } from '../schema.ts';

/**
 * Heartbeat. v1 adds throttle time, v3 the static member's name (KIP-345), v4 is flexible.
 */
const request = {
  groupId: string('0+'),
  generationId: int32('0+'),
  memberId: string('0+'),
  groupInstanceId: string('3+', { nullable: '3+', default: null }),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
};

export type HeartbeatRequest = Decoded<typeof request>;
export type HeartbeatResponse = Encodable<typeof response>;

export const heartbeatApi = defineApi({
  key: 12,
  name: 'Heartbeat',
  versionMin: 0,
  versionMax: 4,
  flexibleFrom: 4,
  request,
  response,
});
