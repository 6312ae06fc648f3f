import type { ReachedLimit } from '@weir/contracts/clusters';

export interface LimitText {
  /** Behind "You reached your limit of". */
  readonly what: string;
  /** What happens to clients there. */
  readonly effect: string;
  /** What to do about it. */
  readonly advice: string;
}

const slowed = 'Requests wait until they fit; nothing is lost.';
const larger = 'a Standard cluster has more.';

/** By the names that brokers give limits. */
export const limitTexts: Readonly<Record<string, LimitText>> = {
  ingressBytesPerSecMax: {
    what: 'bytes written a second',
    effect: slowed,
    advice: 'Compress batches, or spread the writing over time.',
  },
  egressBytesPerSecMax: {
    what: 'bytes read a second',
    effect: slowed,
    advice: 'Compress batches, or let fewer consumers read the same records.',
  },
  requestsPerSecMax: {
    what: 'requests a second',
    effect: slowed,
    advice: `Send larger batches (linger.ms, batch.size) and fetch more at once (fetch.min.bytes); ${larger}`,
  },
  connectionsMax: {
    what: 'connections',
    effect: 'Further connections are closed as they come.',
    advice: `Share a client in each process, and close those that are not used; ${larger}`,
  },
  partitionsMax: {
    what: 'partitions',
    effect: 'Topics that would go past it are refused.',
    advice: `Delete topics that nobody uses, or make them with fewer partitions; ${larger}`,
  },
  groupsMax: {
    what: 'consumer groups',
    effect: 'Further groups are refused; those that exist go on.',
    advice: `Delete groups that nobody uses, and give consumers fixed group names; ${larger}`,
  },
  storedBytesMax: {
    what: 'stored bytes',
    effect: 'Writes are refused until there is room.',
    advice: 'Delete topics, or shorten retention.ms or retention.bytes.',
  },
  requestBytesMax: {
    what: 'the size of a request',
    effect: 'Such requests are refused.',
    advice: 'Send less at a time: lower max.request.size or batch.size of the client.',
  },
  requestElementsMax: {
    what: 'entries in a request',
    effect: 'Such requests are refused.',
    advice: 'Ask for fewer topics and partitions at a time.',
  },
  requestMemoryBytesMax: {
    what: 'memory for requests on their way',
    effect: slowed,
    advice: 'Lower max.in.flight.requests.per.connection, or use fewer producers at a time.',
  },
  answerBytesMax: {
    what: 'memory for answers that clients have not taken yet',
    effect: 'Fetches get less at a time, or wait.',
    advice: 'Look for consumers that do not read what they asked for, or lower fetch.max.bytes.',
  },
  fetchSessionBytesMax: {
    what: 'memory for fetch sessions',
    effect: 'Consumers go on without sessions, with larger requests.',
    advice: 'Close consumers that are not used, and let each read fewer partitions.',
  },
  groupBytesMax: {
    what: 'memory for consumer groups',
    effect: 'Members, commits or metadata that would go past it are refused.',
    advice: 'Commit with less metadata, delete groups that nobody uses, or use fewer members.',
  },
  producersMax: {
    what: 'idempotent producers',
    effect: 'Producers that are new to a partition are refused.',
    advice: 'Keep producers open instead of making one for each record.',
  },
  producerIdsPerSecMax: {
    what: 'new producers a second',
    effect: 'New producers wait before they start.',
    advice: 'Keep producers open instead of making one for each record.',
  },
  segmentsMax: {
    what: 'log segments',
    effect: 'Segments are rolled later than the topic says.',
    advice: 'Raise segment.bytes or segment.ms, or use fewer partitions.',
  },
  decompressedBytesMax: {
    what: 'decompressed bytes',
    effect: 'Batches that grow past it are refused where they must be read.',
    advice: 'Send smaller batches: lower batch.size of the producer.',
  },
  partitionChangesPerSecMax: {
    what: 'partitions made and removed a second',
    effect: 'Topics that would be made or removed are refused for a while, and may be tried again.',
    advice: 'Keep topics instead of making one for each piece of work.',
  },
  clientQuotaBytesPerSec: {
    what: 'bytes a second of a client that has a quota of its own',
    effect: slowed,
    advice: 'Look which client it is under Limits, and raise its quota if it needs more.',
  },
  clientQuotaRequests: {
    what: 'the time of a broker that a client has by a quota of its own (request_percentage)',
    effect: slowed,
    advice: 'Look with kafka-configs which quotas are set, and raise the one of that client.',
  },
  clientQuotaMutations: {
    what: 'partitions a second that a client may make and remove by a quota of its own',
    effect: 'Topics that would be made or removed are refused for a while, and may be tried again.',
    advice:
      'Look with kafka-configs which quotas are set (controller_mutation_rate), and raise the one of that client.',
  },
  spendLimit: {
    what: 'what somebody wants to be spent at most',
    effect: 'Writes are refused, or its clients slowed, until it is raised or its next period begins.',
    advice: 'Look under Usage and billing who has spent it, and raise it to go on.',
  },
  brokerMemoryMax: {
    what: 'the memory of its broker, of which this cluster keeps most',
    effect: 'Its clients are not read from until there is room.',
    advice: 'Use fewer consumers, groups and producers at a time, and look for clients that do not read.',
  },
};

const unknown: LimitText = {
  what: 'a kind that this console does not know yet',
  effect: 'Requests are slowed or refused.',
  advice: 'Ask the operator about it by its name.',
};

export const limitText = (name: string): LimitText =>
  Object.hasOwn(limitTexts, name) ? (limitTexts[name] ?? unknown) : unknown;

/** Windows come in with some delay: what was met until then is met still. */
const nowMs = 60_000;

/** Whether it is met at the moment, as far as brokers have said. */
export const isReachedNow = (reached: Pick<ReachedLimit, 'last_reached_at'>, now: number): boolean =>
  now - Date.parse(reached.last_reached_at) <= nowMs;
