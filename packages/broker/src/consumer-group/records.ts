import { defineMessage, neverFlexible } from '@weir/kafka-protocol/message';
import { array, bytes, int8, int32, int64, string, struct, uuid } from '@weir/kafka-protocol/schema';

/**
 * What groups of the new protocol add to `__consumer_offsets`, in Apache Kafka's own formats (`group/records` has the
 * framing). A group has one record of its epoch and one of its newest assignment's; each member one of what it
 * says, one of what it is to have and one of what it has; each regular expression one. A tombstone of the epoch ends the
 * group with all that belongs to it, one of what a member says ends the member.
 */
export const groupEpochType = 3;
export const memberType = 5;
export const assignmentType = 6;
export const targetType = 7;
export const currentType = 8;
export const regexType = 16;

export const groupKeyFields = {
  groupId: string('0'),
};

export const memberKeyFields = {
  groupId: string('0'),
  memberId: string('0'),
};

export const regexKeyFields = {
  groupId: string('0'),
  regularExpression: string('0'),
};

export const groupEpochFields = {
  epoch: int32('0+'),
  metadataHash: int64('0+', { tag: 0, default: 0 }),
};

export const memberFields = {
  instanceId: string('0+', { nullable: '0+' }),
  rackId: string('0+', { nullable: '0+' }),
  clientId: string('0+'),
  clientHost: string('0+'),
  subscribedTopicNames: array('string', '0+'),
  subscribedTopicRegex: string('0+', { nullable: '0+' }),
  rebalanceTimeoutMs: int32('0+', { default: -1 }),
  serverAssignor: string('0+', { nullable: '0+' }),
  classicMemberMetadata: struct(
    {
      sessionTimeoutMs: int32('0+'),
      supportedProtocols: array(
        {
          name: string('0+'),
          metadata: bytes('0+'),
        },
        '0+',
      ),
    },
    '0+',
    { nullable: '0+', tag: 0, default: null },
  ),
};

export const assignmentFields = {
  assignmentEpoch: int32('0+'),
  assignmentTimestamp: int64('0+', { tag: 0, default: 0 }),
};

export const targetFields = {
  topicPartitions: array(
    {
      topicId: uuid('0+'),
      partitions: array('int32', '0+'),
    },
    '0+',
  ),
};

const heldFields = {
  topicId: uuid('0+'),
  partitions: array('int32', '0+'),
  assignmentEpochs: array('int32', '0+', { nullable: '0+', tag: 0, default: null }),
};

export const currentFields = {
  memberEpoch: int32('0+'),
  previousMemberEpoch: int32('0+'),
  state: int8('0+'),
  assignedPartitions: array(heldFields, '0+'),
  partitionsPendingRevocation: array(heldFields, '0+'),
};

export const regexFields = {
  topics: array('string', '0+'),
  version: int64('0+'),
  timestamp: int64('0+'),
};

const key = { versionMin: 0, versionMax: 0, flexibleFrom: neverFlexible };
const value = { versionMin: 0, versionMax: 0, flexibleFrom: 0 };
export const groupKey = defineMessage({ ...key, fields: groupKeyFields });
export const memberKey = defineMessage({ ...key, fields: memberKeyFields });
export const regexKey = defineMessage({ ...key, fields: regexKeyFields });
export const groupEpochValue = defineMessage({ ...value, fields: groupEpochFields });
export const memberValue = defineMessage({ ...value, fields: memberFields });
export const assignmentValue = defineMessage({ ...value, fields: assignmentFields });
export const targetValue = defineMessage({ ...value, fields: targetFields });
export const currentValue = defineMessage({ ...value, fields: currentFields });
export const regexValue = defineMessage({ ...value, fields: regexFields });
