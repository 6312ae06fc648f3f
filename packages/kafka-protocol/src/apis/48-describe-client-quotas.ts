import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, float64, int8, int16, int32, string } from '../schema.ts';

/** DescribeClientQuotas (KIP-546). v1 is flexible. */
const request = {
  components: array(
    {
      entityType: string('0+'),
      /** 0: that name, 1: the default, 2: any that is stated. */
      matchType: int8('0+'),
      match: string('0+', { nullable: '0+' }),
    },
    '0+',
  ),
  strict: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  entries: array(
    {
      /** A null name is the default. */
      entity: array({ entityType: string('0+'), entityName: string('0+', { nullable: '0+' }) }, '0+'),
      values: array({ key: string('0+'), value: float64('0+') }, '0+'),
    },
    '0+',
    { nullable: '0+' },
  ),
};

export type DescribeClientQuotasRequest = Decoded<typeof request>;
export type DescribeClientQuotasResponse = Encodable<typeof response>;

export const describeClientQuotasApi = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 1,
  request,
  response,
});
