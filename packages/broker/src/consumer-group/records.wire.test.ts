import { describeKafkas, describeOurs, kafkaDefinitions } from '@weir/testing/kafka-definitions';
import { kafkaVersion } from '@weir/testing/kafka-jars';
import { describe, expect, test } from 'vitest';
import {
  assignmentFields,
  assignmentType,
  currentFields,
  currentType,
  groupEpochFields,
  groupEpochType,
  groupKeyFields,
  memberFields,
  memberKeyFields,
  memberType,
  regexFields,
  regexKeyFields,
  regexType,
  targetFields,
  targetType,
} from './records.ts';

const definitions = kafkaDefinitions(`org.apache.kafka:kafka-group-coordinator:${kafkaVersion}`);

describe.skipIf(definitions === null)(`the records of Apache Kafka ${kafkaVersion}`, () => {
  test.each([
    ['ConsumerGroupMetadata', groupEpochType, groupKeyFields, groupEpochFields],
    ['ConsumerGroupMemberMetadata', memberType, memberKeyFields, memberFields],
    ['ConsumerGroupTargetAssignmentMetadata', assignmentType, groupKeyFields, assignmentFields],
    ['ConsumerGroupTargetAssignmentMember', targetType, memberKeyFields, targetFields],
    ['ConsumerGroupCurrentMemberAssignment', currentType, memberKeyFields, currentFields],
    ['ConsumerGroupRegularExpression', regexType, regexKeyFields, regexFields],
  ])('have the same types and fields: %s', (name, type, key, value) => {
    const definedKey = definitions?.get(`${name}Key`);
    const definedValue = definitions?.get(`${name}Value`);
    if (definedKey === undefined || definedValue === undefined)
      throw new Error(`Kafka does not define ${name}`);
    expect(definedKey.apiKey).toBe(type);
    expect(describeOurs(key)).toEqual(describeKafkas(definedKey));
    expect(describeOurs(value)).toEqual(describeKafkas(definedValue));
  });
});
