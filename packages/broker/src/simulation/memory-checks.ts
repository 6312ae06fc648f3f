import type { Broker } from '../broker.ts';
import { type EngineBounds, engineBounds } from '../engine-bounds.ts';
import { Violation } from './world.ts';

/** What may be taken beyond a bound: one request, or one answer, that was begun within it, and a read of each connection. */
const oneMoreBytes = 1 << 20;
const readBytes = 64 * 1024;
/** Buffers have sizes of powers of two, and a frame has one for all of it as soon as it is begun. */
const roundedUp = 4;

const boundOf: Readonly<Record<string, readonly [keyof EngineBounds, keyof EngineBounds]>> = {
  answers: ['answerBytesPerClusterMax', 'answerBytesPerBrokerMax'],
  fetchSessions: ['fetchSessionBytesPerClusterMax', 'fetchSessionBytesPerBrokerMax'],
  groups: ['groupBytesPerClusterMax', 'groupBytesPerBrokerMax'],
  producers: ['producerBytesPerClusterMax', 'producerBytesPerBrokerMax'],
  inFlight: ['bytesInFlightPerClusterMax', 'bytesInFlightPerBrokerMax'],
  unfinished: ['bytesUnfinishedPerClusterMax', 'bytesUnfinishedPerBrokerMax'],
};

/** Holds all that the broker keeps for clients to its bounds; returns the bytes of frames in use. */
export function checkMemory(broker: Broker, drawn: Partial<EngineBounds>): number {
  const bounds = { ...engineBounds, ...drawn };
  let frameBytes = 0;
  let slackBytes = oneMoreBytes;
  for (const { name, labels, value } of broker.samples()) {
    if (name === 'weir_broker_frame_bytes') frameBytes = value;
    if (name === 'weir_broker_connections') slackBytes += value * readBytes;
    const [ofCluster, ofBroker] = boundOf[labels.kind ?? ''] ?? [];
    const bound =
      name === 'weir_cluster_kept_bytes' ? ofCluster : labels.whose === 'strangers' ? undefined : ofBroker;
    if (bound === undefined) continue;
    const isOfRequests =
      labels.kind === 'inFlight' || labels.kind === 'unfinished' || labels.kind === 'answers';
    const most = bounds[bound] + (isOfRequests ? slackBytes : 0);
    if (value > most)
      throw new Violation(`${labels.cluster ?? 'all'} keep ${value} bytes; ${bound} is ${most}`);
  }
  const {
    bytesInFlightPerBrokerMax,
    bytesUnfinishedPerBrokerMax,
    answerBytesPerBrokerMax,
    tailCacheBytesMax,
  } = bounds;
  const most =
    roundedUp *
      (bytesInFlightPerBrokerMax + bytesUnfinishedPerBrokerMax + answerBytesPerBrokerMax + 3 * slackBytes) +
    tailCacheBytesMax;
  if (frameBytes > most)
    throw new Violation(`${frameBytes} bytes of frames are in use; at most ${most} are accounted for`);
  return frameBytes;
}

/** Once its connections are gone, nothing is kept for requests and answers, and of frames what the tail cache has. */
export function checkGivenBack(broker: Broker, tailCacheBytesMax: number): void {
  for (const { name, labels, value } of broker.samples()) {
    const isOfRequests =
      labels.kind === 'inFlight' || labels.kind === 'unfinished' || labels.kind === 'answers';
    if (isOfRequests && value > 0)
      throw new Violation(
        `${name} of ${labels.cluster ?? labels.whose ?? 'all'}: ${value} are not given back`,
      );
    if (name === 'weir_broker_connections' && value > 0) throw new Violation(`${value} connections are left`);
    if (name === 'weir_broker_frame_bytes' && value > tailCacheBytesMax)
      throw new Violation(`${value} bytes of frames are not given back`);
  }
}
