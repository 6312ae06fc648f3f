import type { TopicPartition } from './group-answers.ts';

/**
 * What a member was assigned, as consumers write it to each other (ConsumerProtocolAssignment: version, topics with
 * their partitions, anything else). Brokers do not read it, so a member may have written anything: what is not of
 * that form assigns nothing. Pure.
 */
export const assignedPartitions = (assignment: Buffer): readonly TopicPartition[] => {
  try {
    return read(assignment);
  } catch (cause) {
    // What Buffer throws where it ends too early.
    if (cause instanceof RangeError) return [];
    throw cause;
  }
};

const read = (assignment: Buffer): readonly TopicPartition[] => {
  let at = 2;
  const int32 = () => {
    at += 4;
    return assignment.readInt32BE(at - 4);
  };
  const assigned: TopicPartition[] = [];
  const topics = assignment.length === 0 ? 0 : int32();
  for (let topicsRead = 0; topicsRead < topics; topicsRead++) {
    const length = assignment.readInt16BE(at);
    const topic = assignment.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    const count = int32();
    for (let read = 0; read < count; read++) assigned.push({ topic, partition: int32() });
  }
  return assigned;
};
