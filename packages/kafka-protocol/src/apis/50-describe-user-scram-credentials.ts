import { defineApi } from '../api.ts';
import { array, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** DescribeUserScramCredentials (KIP-554). */
const request = { users: array({ name: string('0+') }, '0+', { nullable: '0+' }) };

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  results: array(
    {
      user: string('0+'),
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      credentialInfos: array({ mechanism: int8('0+'), iterations: int32('0+') }, '0+'),
    },
    '0+',
  ),
};

export type DescribeUserScramCredentialsRequest = Decoded<typeof request>;
export type DescribeUserScramCredentialsResponse = Encodable<typeof response>;

export const describeUserScramCredentialsApi = defineApi({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request,
  response,
});
