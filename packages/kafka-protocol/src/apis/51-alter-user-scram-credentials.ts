import { defineApi } from '../api.ts';
import { array, bytes, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** AlterUserScramCredentials (KIP-554). */
const request = {
  deletions: array({ name: string('0+'), mechanism: int8('0+') }, '0+'),
  upsertions: array(
    {
      name: string('0+'),
      mechanism: int8('0+'),
      iterations: int32('0+'),
      salt: bytes('0+'),
      saltedPassword: bytes('0+'),
    },
    '0+',
  ),
};

const response = {
  throttleTimeMs: int32('0+'),
  results: array(
    { user: string('0+'), errorCode: int16('0+'), errorMessage: string('0+', { nullable: '0+' }) },
    '0+',
  ),
};

export type AlterUserScramCredentialsRequest = Decoded<typeof request>;
export type AlterUserScramCredentialsResponse = Encodable<typeof response>;

export const alterUserScramCredentialsApi = defineApi({
  key: 51,
  name: 'AlterUserScramCredentials',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
