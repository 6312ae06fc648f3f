import { describeKafkas, describeOurs, kafkaDefinitions } from '@weir/testing/kafka-definitions';
import { kafkaVersion } from '@weir/testing/kafka-jars';
import { describe, expect, test } from 'vitest';
import { transactionLogKeyFields, transactionLogValueFields } from './records.ts';

const definitions = kafkaDefinitions(`org.apache.kafka:kafka-transaction-coordinator:${kafkaVersion}`);

describe.skipIf(definitions === null)(`the records of Apache Kafka ${kafkaVersion}`, () => {
  test.each([
    ['TransactionLogKey', transactionLogKeyFields],
    ['TransactionLogValue', transactionLogValueFields],
  ])('have the same fields: %s', (name, fields) => {
    const definition = definitions?.get(name);
    if (definition === undefined) throw new Error(`Kafka does not define ${name}`);
    // A tagged field is in the versions that tag it, of which Kafka's own definition says no more.
    const stated = definition.fields.map((field) => ({
      ...field,
      versions: field.versions ?? field.taggedVersions,
    }));
    expect(describeOurs(fields)).toEqual(describeKafkas({ ...definition, fields: stated }));
  });
});
