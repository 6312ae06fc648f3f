import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { kafkaVersion, mavenJar } from '@weir/testing/kafka-jars';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MessageValue, messageArbitrary, sampleMessage } from '../sample-message.ts';
import type { Fields } from '../schema.ts';
import { Writer } from '../writer.ts';
import { allApis } from './all-apis.ts';
import { kafkaJson } from './kafka-json.ts';

const jackson = '2.19.0';
const jars = [
  `org.apache.kafka:kafka-clients:${kafkaVersion}`,
  `com.fasterxml.jackson.core:jackson-databind:${jackson}`,
  `com.fasterxml.jackson.core:jackson-core:${jackson}`,
  `com.fasterxml.jackson.core:jackson-annotations:${jackson}`,
  'org.slf4j:slf4j-api:1.7.36',
].map(mavenJar);
const isComplete = jars.every((jar) => jar !== null);

interface Case {
  readonly name: string;
  readonly fields: Fields;
  readonly version: number;
  readonly value: MessageValue;
  readonly ours: string;
}

/** What Kafka's own generated classes make of each message, in hex. */
function kafkaEncodes(cases: readonly Case[]): string[] {
  const lines = cases.map(
    ({ name, fields, version, value }) => `${name} ${version} ${kafkaJson(fields, version, value)}`,
  );
  // Java before 18 reads its input as the locale says.
  const options = ['-Dfile.encoding=UTF-8', '-cp', jars.join(delimiter)];
  const run = spawnSync('java', [...options, join(import.meta.dirname, 'KafkaCodec.java')], {
    input: `${lines.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`Kafka refused a message: ${run.stderr}`);
  return run.stdout.trimEnd().split('\n');
}

function cases(values: (fields: Fields, version: number) => readonly MessageValue[]): Case[] {
  const writer = new Writer();
  return allApis.flatMap((api) => {
    const all: Case[] = [];
    for (let version = api.versionMin; version <= api.versionMax; version += 1) {
      for (const value of values(api.requestFields, version)) {
        api.encodeRequest(writer.startPlain(), version, value);
        const ours = Buffer.concat(writer.finish()).toString('hex');
        all.push({ name: `${api.name}Request`, fields: api.requestFields, version, value, ours });
      }
      for (const value of values(api.responseFields, version)) {
        api.encodeResponse(writer.startPlain(), version, value);
        const ours = Buffer.concat(writer.finish()).toString('hex');
        all.push({ name: `${api.name}Response`, fields: api.responseFields, version, value, ours });
      }
    }
    return all;
  });
}

describe.skipIf(!isComplete)(`the codecs of Apache Kafka ${kafkaVersion}`, () => {
  test('make the same bytes of the sample of every message and version (the source of golden-messages.tsv)', () => {
    const all = cases((fields, version) => [sampleMessage(fields, version)]);
    const kafkas = kafkaEncodes(all);
    all.forEach((one, index) => {
      expect(`${one.name} ${one.version} ${one.ours}`).toBe(`${one.name} ${one.version} ${kafkas[index]}`);
    });
  });

  test('make the same bytes of random messages in every version', () => {
    const all = cases((fields, version) =>
      fc.sample(messageArbitrary(fields, version), { numRuns: 10, seed: 430 + version }),
    );
    const kafkas = kafkaEncodes(all);
    all.forEach((one, index) => {
      expect(`${one.name} ${one.version} ${one.ours}`).toBe(`${one.name} ${one.version} ${kafkas[index]}`);
    });
  });
});
