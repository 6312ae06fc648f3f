import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, float64, int16, int32, string } from '../schema.ts';

/** AlterClientQuotas (KIP-546). v1 is flexible. */
const request = {
  entries: array(
    {
      /** A null name is the default. */
      entity: array({ entityType: string('0+'), entityName: string('0+', { nullable: '0+' }) }, '0+'),
      ops: array({ key: string('0+'), value: float64('0+'), remove: bool('0+') }, '0+'),
    },
    '0+',
  ),
  validateOnly: bool('0+'),
};

const response = {
  throttleTimeMs: int32('0+'),
  entries: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      entity: array({ entityType: string('0+'), entityName: string('0+', { nullable: '0+' }) }, '0+'),
    },
    '0+',
  ),
};

export type AlterClientQuotasRequest = Decoded<typeof request>;
export type AlterClientQuotasResponse = Encodable<typeof response>;

export const alterClientQuotasApi = defineApi({
  key: 49,
  name: 'AlterClientQuotas',
  versionMin: 0,
  versionMax: 1,
  flexibleFrom: 1,
  request,
  response,
});
