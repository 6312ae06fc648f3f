import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/** UpdateFeatures (KIP-584). v1 tells how a downgrade is meant, and may only validate (KIP-778); v2 answers for all features together. */
const request = {
  timeoutMs: int32('0+', { default: 60_000 }),
  featureUpdates: array(
    {
      feature: string('0+'),
      maxVersionLevel: int16('0+'),
      allowDowngrade: bool('0'),
      upgradeType: int8('1+', { default: 1 }),
    },
    '0+',
  ),
  validateOnly: bool('1+', { default: false }),
};

const response = {
  throttleTimeMs: int32('0+'),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+' }),
  results: array(
    { feature: string('0+'), errorCode: int16('0+'), errorMessage: string('0+', { nullable: '0+' }) },
    '0-1',
  ),
};

export type UpdateFeaturesRequest = Decoded<typeof request>;
export type UpdateFeaturesResponse = Encodable<typeof response>;

export const updateFeaturesApi = defineApi({
  key: 57,
  name: 'UpdateFeatures',
  versionMin: 0,
  versionMax: 2,
  flexibleFrom: 0,
  request,
  response,
});
