/** Every bound of the engine, with its unit. What a tenant bought stands in its ClusterLimits. */

/** Kafka's socket.request.max.bytes. */
export const requestBytesMax = 100 * 1024 * 1024;
/** A frame before authentication: room for any SASL token, for nothing more. */
export const requestBytesUnauthenticatedMax = 64 * 1024;
export const authenticationTimeoutMs = 10_000;
export const connectionsUnauthenticatedMax = 1_000;
/** Of these, from one address, so that one machine cannot keep all others out. */
export const connectionsUnauthenticatedPerAddressMax = 250;
/** Kafka's connections.max.idle.ms. */
export const connectionIdleMs = 600_000;

/** How long the last answer of a connection may take to be fetched before the connection is cut. */
export const connectionEndTimeoutMs = 5_000;

/** Frames that a connection has sent and that are not answered: past it, reading stops. */
export const requestsInFlightPerConnectionMax = 1_000;
export const bytesInFlightPerConnectionMax = 64 * 1024 * 1024;
export const bytesInFlightPerClusterMax = 256 * 1024 * 1024;
export const bytesInFlightPerBrokerMax = 1024 * 1024 * 1024;
/** Of frames that have come in part; one frame more may be held. */
export const bytesUnfinishedPerClusterMax = 128 * 1024 * 1024;
export const bytesUnfinishedPerBrokerMax = 512 * 1024 * 1024;
/** A frame that was begun must be whole after this time and what its bytes take at the slowest rate allowed. */
export const frameTimeoutMs = 30_000;
export const frameBytesPerMsMin = 64;
/** Bytes handed to a socket and not yet taken by the kernel: past it, its requests wait. */
export const bytesUnsentPerConnectionMax = 16 * 1024 * 1024;

/** Failed authentications a minute of one principal from one address before answers are delayed. */
export const failedAuthenticationsPerMinuteMax = 10;
export const failedAuthenticationDelayMs = 5_000;
export const failedAuthenticationKeysMax = 10_000;

/** Recently appended bytes kept for consumers that keep up, over all partitions. */
export const tailCacheBytesMax = 64 * 1024 * 1024;
/** Free buffers kept for the next frames. */
export const framePoolBytesMax = 64 * 1024 * 1024;

/** Kafka's fetch.max.bytes of the broker, which is 55 MiB there. Answers are built in memory here, so they are kept smaller. */
export const fetchBytesMax = 16 * 1024 * 1024;
export const fetchSessionsPerClusterMax = 1_000;
/** What is kept on behalf of clusters: for one, for all, and what each has even where all have too much. */
export const answerBytesPerClusterMax = 128 * 1024 * 1024;
export const answerBytesPerBrokerMax = 1024 * 1024 * 1024;
export const answerBytesFloor = 4 * 1024 * 1024;
export const fetchSessionBytesPerClusterMax = 32 * 1024 * 1024;
export const fetchSessionBytesPerBrokerMax = 256 * 1024 * 1024;
export const fetchSessionBytesFloor = 256 * 1024;
export const groupBytesPerClusterMax = 64 * 1024 * 1024;
export const groupBytesPerBrokerMax = 512 * 1024 * 1024;
export const groupBytesFloor = 1024 * 1024;
export const producerBytesPerClusterMax = 32 * 1024 * 1024;
export const producerBytesPerBrokerMax = 256 * 1024 * 1024;
export const producerBytesFloor = 1024 * 1024;
export const fetchPartitionsMax = 20_000;

/** One write to a segment gathers at most this many bytes and this many buffers (IOV_MAX is 1024). */
export const segmentWriteBytesMax = 8 * 1024 * 1024;
export const segmentWriteBuffersMax = 1_000;
/** Bytes accepted for a partition and not yet written: past it, a produce is refused as retriable. */
export const pendingAppendBytesMax = 256 * 1024 * 1024;
/** After this many bytes the recovery point moves up, so that a start has little to read again. */
export const recoveryDistanceBytesMax = 32 * 1024 * 1024;

/** Producers remembered by a partition, and for how long (Kafka's producer.id.expiration.ms). */
export const producersPerPartitionMax = 100_000;
export const producerExpirationMs = 86_400_000;

export const coordinatorPartitions = 16;
export const groupRebalanceDelayMs = 3_000;
/** A coordinator's decision is written in batches of about this size; a larger record has a batch to itself. */
export const coordinatorBatchBytesMax = 1024 * 1024;
/** A coordinator's log is read in runs of about so many bytes. */
export const coordinatorReadBytesMax = 512 * 1024;
/** How long a coordinator that loads goes on, and over how many records, before others get their turn. */
export const coordinatorTurnMsMax = 2;
export const coordinatorTurnPiecesMax = 1_000;
/** A request waits so long for a coordinator that loads; then it is told to come again. */
export const coordinatorLoadPatienceMs = 100;
/** After a load that failed, how long until the next is tried. */
export const coordinatorLoadRetryMs = 1_000;
/**
 * A coordinator writes its state anew, and drops the log before it, after so many bytes or as many as the last
 * snapshot took: a start reads at most about twice the one and the other, and writing is at most doubled.
 */
export const coordinatorSnapshotDistanceBytes = 8 * 1024 * 1024;
/** Of a snapshot, what is written in one turn, bytes. */
export const coordinatorSnapshotTurnBytes = 64 * 1024;
/** Partitions of a commit that are put to the group at once; the others follow in turns of their own. */
export const offsetCommitPartitionsPerTurnMax = 1_000;
/** Groups of an OffsetFetch that are asked in one turn, and how large its answer may become; the rest is refused. */
export const offsetFetchGroupsPerTurnMax = 16;
export const offsetFetchAnswerBytesMax = 16 * 1024 * 1024;
/** How long a request may loop over what its client sent, and how many pieces, before others get their turn. */
export const requestTurnMsMax = 2;
export const requestTurnPiecesMax = 5_000;

export const usageWindowMs = 10_000;
/** How much of the present window's usage a killed broker can lose at most. */
export const usageHoldMs = 1_000;
/** How often the broker reads the store's changes even if nobody told it of any. */
export const metadataPollMs = 2_000;
export const producerIdBlockSize = 1_000;
