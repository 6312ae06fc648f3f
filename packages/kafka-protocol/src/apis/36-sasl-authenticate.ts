import { defineApi } from '../api.ts';
import { bytes, type Decoded, type Encodable, int16, int64, string } from '../schema.ts';

/**
 * SaslAuthenticate (KIP-152). v1 adds the session's lifetime (KIP-368), v2 is flexible.
 */
const request = {
  authBytes: bytes('0+'),
};

const response = {
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  authBytes: bytes('0+'),
  sessionLifetimeMs: int64('1+', { default: 0 }),
};

export type SaslAuthenticateRequest = Decoded<typeof request>;
export type SaslAuthenticateResponse = Encodable<typeof response>;

export const saslAuthenticateApi = defineApi({
  key: 36,
  name: 'SaslAuthenticate',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 2,
  request,
  response,
});
