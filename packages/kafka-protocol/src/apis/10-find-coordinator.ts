import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/**
 * FindCoordinator. v1 adds the key's type (0 group, 1 transaction), errors and throttle time, v3 is
 * flexible, v4 asks for many keys at once (KIP-699), v5 may answer TRANSACTION_ABORTABLE (KIP-890), v6 adds
 * key type 2, share (KIP-932).
 */
const request = {
  key: string('0-3'),
  keyType: int8('1+', { default: 0 }),
  coordinatorKeys: array('string', '4+'),
};

const response = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0-3'),
  errorMessage: string('1-3', { nullable: '1-3' }),
  nodeId: int32('0-3'),
  host: string('0-3'),
  port: int32('0-3'),
  coordinators: array(
    {
      key: string('4+'),
      nodeId: int32('4+'),
      host: string('4+'),
      port: int32('4+'),
      errorCode: int16('4+'),
      errorMessage: string('4+', { nullable: '4+' }),
    },
    '4+',
  ),
};

export type FindCoordinatorRequest = Decoded<typeof request>;
export type FindCoordinatorResponse = Encodable<typeof response>;

export const findCoordinatorApi = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versionMin: 0,
  versionMax: 6,
  flexibleFrom: 3,
  request,
  response,
});
