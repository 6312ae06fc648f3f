import { defineApi } from '@weir/kafka-protocol/api';
import { array, bool, type Decoded, int8, int16, int32, int64, string } from '@weir/kafka-protocol/schema';

// What brokers of a cell ask of each other about transactions: see peer-messages.ts for what all of it has in common.

const place = { topic: string('0+'), partition: int32('0+') };

/** A partition's leader asks the transaction's coordinator, as AddPartitionsToTxn v4 and v5 do in Apache Kafka. */
const verifyRequest = {
  clusterId: string('0+'),
  transactionalId: string('0+'),
  producerId: int64('0+'),
  producerEpoch: int16('0+'),
  ...place,
  adds: bool('0+'),
};

const verifyResponse = { errorCode: int16('0+') };

export const peerVerifyApi = defineApi({
  key: 30_002,
  name: 'PeerVerifyTransaction',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request: verifyRequest,
  response: verifyResponse,
});

/** The coordinator tells a leader how a transaction has ended, as WriteTxnMarkers does in Apache Kafka. */
const endRequest = {
  clusterId: string('0+'),
  producerId: int64('0+'),
  producerEpoch: int16('0+'),
  isCommit: bool('0+'),
  coordinatorEpoch: int32('0+'),
  protocol: int8('0+'),
  partitions: array(place, '0+'),
};

/** Those that have it for good. */
const endResponse = { partitions: array(place, '0+') };

export const peerEndApi = defineApi({
  key: 30_003,
  name: 'PeerEndTransaction',
  versionMin: 0,
  versionMax: 0,
  flexibleFrom: 0,
  request: endRequest,
  response: endResponse,
});

export type PeerVerifyRequest = Decoded<typeof verifyRequest>;
export type PeerEndRequest = Decoded<typeof endRequest>;
