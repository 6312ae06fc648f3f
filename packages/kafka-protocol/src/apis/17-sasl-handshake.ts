import { defineApi } from '../api.ts';
import { neverFlexible } from '../message.ts';
import { array, type Decoded, type Encodable, int16, string } from '../schema.ts';

/**
 * SaslHandshake (KIP-43). v0 is followed by bare SASL tokens in frames of their own, v1 by SaslAuthenticate
 * requests (KIP-152). Never flexible: clients up to 2.4 negotiate it badly (KAFKA-9577).
 */
const request = {
  mechanism: string('0+'),
};

const response = {
  errorCode: int16('0+'),
  mechanisms: array('string', '0+'),
};

export type SaslHandshakeRequest = Decoded<typeof request>;
export type SaslHandshakeResponse = Encodable<typeof response>;

export const saslHandshakeApi = defineApi({
  key: 17,
  name: 'SaslHandshake',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: neverFlexible,
  request,
  response,
});
