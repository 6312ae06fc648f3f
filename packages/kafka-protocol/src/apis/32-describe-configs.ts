import { defineApi } from '../api.ts';
import { array, bool, type Decoded, type Encodable, int8, int16, int32, string } from '../schema.ts';

/**
 * DescribeConfigs. v1 tells each value's source and its synonyms (KIP-226), v3 adds types and documentation
 * (KIP-569), v4 is flexible.
 */
const request = {
  resources: array(
    {
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configurationKeys: array('string', '0+', { nullable: '0+' }),
    },
    '0+',
  ),
  includeSynonyms: bool('1+', { default: false }),
  includeDocumentation: bool('3+', { default: false }),
};

const response = {
  throttleTimeMs: int32('0+'),
  results: array(
    {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+' }),
      resourceType: int8('0+'),
      resourceName: string('0+'),
      configs: array(
        {
          name: string('0+'),
          value: string('0+', { nullable: '0+' }),
          readOnly: bool('0+'),
          configSource: int8('1+', { default: -1 }),
          isSensitive: bool('0+'),
          synonyms: array(
            {
              name: string('1+'),
              value: string('1+', { nullable: '0+' }),
              source: int8('1+'),
            },
            '1+',
          ),
          configType: int8('3+', { default: 0 }),
          documentation: string('3+', { nullable: '0+' }),
        },
        '0+',
      ),
    },
    '0+',
  ),
};

export type DescribeConfigsRequest = Decoded<typeof request>;
export type DescribeConfigsResponse = Encodable<typeof response>;

export const describeConfigsApi = defineApi({
  key: 32,
  name: 'DescribeConfigs',
  versionMin: 1,
  versionMax: 4,
  flexibleFrom: 4,
  request,
  response,
});
