import { describeKafkas, describeOurs, kafkaDefinitions } from '@weir/testing/kafka-definitions';
import { kafkaVersion } from '@weir/testing/kafka-jars';
import { describe, expect, test } from 'vitest';
import { allApis } from './all-apis.ts';

const definitions = kafkaDefinitions(`org.apache.kafka:kafka-clients:${kafkaVersion}`);

describe.skipIf(definitions === null)(`the definitions in Apache Kafka ${kafkaVersion}`, () => {
  test.each(allApis.map((api) => [api.name, api] as const))('state the same fields: %s', (name, api) => {
    const request = definitions?.get(`${name}Request`);
    const response = definitions?.get(`${name}Response`);
    if (request === undefined || response === undefined) throw new Error(`Kafka does not define ${name}`);
    expect(describeOurs(api.requestFields)).toEqual(describeKafkas(request));
    expect(describeOurs(api.responseFields)).toEqual(describeKafkas(response));
  });

  test.each(allApis.map((api) => [api.name, api] as const))('state the same versions: %s', (name, api) => {
    const flexibleVersions = api.flexibleFrom === Number.POSITIVE_INFINITY ? 'none' : `${api.flexibleFrom}+`;
    for (const kind of ['Request', 'Response']) {
      const definition = definitions?.get(`${name}${kind}`);
      const { versionMin, versionMax } = api;
      const versions = versionMin === versionMax ? `${versionMin}` : `${versionMin}-${versionMax}`;
      expect(definition?.validVersions).toBe(versions);
      expect(definition?.flexibleVersions).toBe(flexibleVersions);
    }
    expect(definitions?.get(`${name}Request`)?.apiKey).toBe(api.key);
  });
});
