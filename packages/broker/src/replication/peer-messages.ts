import { defineApi } from '@weir/kafka-protocol/api';
import {
  array,
  bytes,
  type Decoded,
  type Encodable,
  int8,
  int16,
  int32,
  int64,
  records,
  string,
  uuid,
} from '@weir/kafka-protocol/schema';

// What brokers of a cell say to each other, in Kafka's framing and types, over a listener that no client can
// reach. Both ends are of one cell, whose brokers are upgraded one after the other: a field is added as a tagged one,
// which who does not know it passes over, and which means by default what was meant without it.

/**
 * Each end shows that it knows the cell's secret, without saying it: the first Hello brings a nonce and is
 * answered with another and the listener's proof, the second brings the caller's.
 */
const helloRequest = {
  brokerId: int32('0+'),
  bootEpoch: int32('0+'),
  /** Whom the caller means to reach: another broker that has its address is no use to it. */
  toBrokerId: int32('0+'),
  nonce: bytes('0+'),
  /** Empty in the first one. */
  proof: bytes('0+'),
  /** What the connection is for, by its place among the lanes. */
  lane: int8('0+', { default: 0, tag: 0 }),
};

const helloResponse = {
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  nonce: bytes('0+'),
  proof: bytes('0+'),
};

export const helloApi = defineApi({
  key: 30_000,
  name: 'PeerHello',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request: helloRequest,
  response: helloResponse,
});

/**
 * Fetch as followers do it (KIP-227: the connection is the session, and only what changed is said; KIP-595: by the
 * epoch of the last record the leader tells where histories part), with a second position: what the follower has
 * made durable.
 */
const fetchRequest = {
  maxWaitMs: int32('0+'),
  bytesMax: int32('0+'),
  /** Answers of the connection that the follower had when it said this: a later one may tell more than it knew. */
  answersTaken: int32('0+'),
  partitions: array(
    {
      topicId: uuid('0+'),
      partition: int32('0+'),
      leaderEpoch: int32('0+'),
      /** The offset behind what is written, where fetching goes on. */
      writtenEnd: int64('0+'),
      durableEnd: int64('0+'),
      /** Of the last record before `writtenEnd`; −1: there is none. */
      lastEpoch: int32('0+'),
      /** Where its log begins; −1: it knows of no readers at followers, and is sent none (KIP-392). */
      startOffset: int64('0+', { default: -1, tag: 0 }),
      /** Where what was committed in its log ends, said only to a leader that has less of its history; −1: not said. */
      committedEnd: int64('0+', { default: -1, tag: 1 }),
    },
    '0+',
  ),
  forgotten: array({ topicId: uuid('0+'), partition: int32('0+') }, '0+'),
  /** Grows with every request of this life of the follower, whatever its connection: what came late counts no more. */
  said: int64('0+', { default: 0, tag: 0 }),
};

const fetchResponse = {
  partitions: array(
    {
      topicId: uuid('0+'),
      partition: int32('0+'),
      errorCode: int16('0+'),
      /** The term in which this is said. */
      leaderEpoch: int32('0+'),
      highWatermark: int64('0+', { default: -1 }),
      /** Where the leader's bytes begin. */
      startOffset: int64('0+', { default: -1 }),
      /** Where the leader's records of that epoch end, if the follower's go on differently; −1: they do not. */
      divergingEpoch: int32('0+', { default: -1 }),
      divergingEnd: int64('0+', { default: -1 }),
      records: records('0+', { nullable: '0+', default: null }),
      /** The lane on which it is to be asked for from now on, told once; 0: this one. */
      lane: int8('0+', { default: 0, tag: 0 }),
      /** Records before it were deleted, though a batch or segment with some of them may be there; 0: none were. */
      deletedBefore: int64('0+', { default: 0, tag: 1 }),
    },
    '0+',
  ),
};

export const peerFetchApi = defineApi({
  key: 30_001,
  name: 'PeerFetch',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request: fetchRequest,
  response: fetchResponse,
});

export type HelloRequest = Decoded<typeof helloRequest>;
export type HelloResponse = Encodable<typeof helloResponse>;
export type PeerFetchRequest = Decoded<typeof fetchRequest>;
export type PeerFetchInput = Encodable<typeof fetchRequest>;
export type PeerFetchResponse = Encodable<typeof fetchResponse>;
export type PeerFetched = Decoded<typeof fetchResponse>;
