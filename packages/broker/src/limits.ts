/**
 * Every bound of the engine, with its unit. What a tenant bought stands in its ClusterLimits, and holds over all brokers
 * of the cell (`cluster/limit-sharing`). A bound here is of one broker, also where it is of a cluster in it: it keeps the
 * broker's own memory, event loop, disk and its questions to the store from being taken by one tenant.
 */

/** Kafka's socket.request.max.bytes; no request of any API is larger. */
export const requestBytesMax = 100 * 1024 * 1024;
/** A produce request may have so much however small the cluster's batches are: it carries many of them. */
export const produceRequestBytesMin = 16 * 1024 * 1024;
/** Any other request may have this, and so much more for each partition that the cluster may have. */
export const requestBytesSmallMax = 1024 * 1024;
export const partitionRequestBytes = 128;
/** Smaller requests are decoded at once: they hold too few elements to be divided into turns. */
export const slicedRequestBytesMin = 16 * 1024;
/**
 * Requests that are larger and have many elements, which become ten times their bytes: so many are worked on at once,
 * and so many of one cluster. A request that names each of two thousand partitions is smaller.
 */
export const wideRequestBytesMin = 128 * 1024;
export const wideRequestsAtOnceMax = 32;
export const wideRequestsPerClusterMax = 8;
/** Partitions of a produce request that are appended without a pause: the next request of the connection may start at once. */
export const produceAtOnceMax = 256;
/** Elements of a request's arrays, besides what is allowed for each partition of the cluster. */
export const requestElementsMin = 20_000;
export const requestElementsUnauthenticatedMax = 100;
/** A frame before authentication: room for any SASL token, for nothing more. */
export const requestBytesUnauthenticatedMax = 64 * 1024;
/** What a turn on the event loop may take before the next tenant has his, and a round before sockets and disk have theirs. */
export const turnMs = 0.25;
export const roundMsMax = 0.5;
/** The same of a round while one tenant alone has had turns for so long. */
export const roundAloneMsMax = 2;
export const aloneMs = 100;
/** A turn that lasted this long is looked at: it may have waited for a processor. */
export const longTurnMs = 1;
/** What a turn is charged at least: also on a clock that stands still, turns are shared out. */
export const turnCostMsMin = 0.002;
/** A tenant that used less than this of late goes before those that keep the broker busy: 5 % of a core, all the time. */
export const lightMsMax = 7;
export const usageHalfLifeMs = 100;
/** Of the time, while others are busy: or many that use little would keep them waiting for good. */
export const lightShareMax = 0.75;
/** What they may owe: at it the busy ones have a turn, and one is enough for the next light one. */
export const lightDebtMsMax = 1;
/** Frames that are made of a chunk before others are read from: two hundred chunks of tiny ones were a stretch of half a second. */
export const framesPerCutMax = 64;
/** Requests that a connection starts in one turn. */
export const requestsPerTurnMax = 64;
/** Answers that were waited for, a sync of the log say, and are encoded in one turn. */
export const resumedPerTurnMax = 16;
/** Steps of about a microsecond that a request takes before others have their turn. */
export const stepsPerTurn = 250;
/** Bytes of a produce request that are checked and appended without giving way: a checksum takes a millisecond a mebibyte. */
export const produceTurnBytesMax = 4 * 1024 * 1024;
/** A stretch of work that nobody could interrupt: above it something is wrong with us, and it is logged. */
export const stretchMsMax = 50;
/** Requests of a connection that has not said who it is: ApiVersions and the SASL exchange need five or six. */
export const requestsUnauthenticatedMax = 16;
export const authenticationTimeoutMs = 10_000;
export const connectionsUnauthenticatedMax = 1_000;
/** Of these, from one address, so that one machine cannot keep all others out. */
export const connectionsUnauthenticatedPerAddressMax = 250;
/**
 * TLS before authentication. A handshake costs the event loop about half a millisecond of cryptography, so that so many
 * are begun in a second, one address after the other, and so many at once where several have waited.
 */
export const handshakesPerSecMax = 400;
export const handshakesAtOnceMax = 8;
/** Handshakes that were begun and wait for their clients, in all and of one address. */
export const handshakesUnderWayMax = 512;
export const handshakesUnderWayPerAddressMax = 64;
/** How long a handshake may take from its beginning. */
export const handshakeTimeoutMs = 10_000;
/** Lines in the log about connections that come, go and send what is no request. */
export const connectionLinesPerSecMax = 20;
/** Kafka's connections.max.idle.ms. */
export const connectionIdleMs = 600_000;

/** How long the last answer of a connection may take to be fetched before the connection is cut. */
export const connectionEndTimeoutMs = 5_000;

/** Frames that a connection has sent and that are not answered: past it, reading stops. */
export const requestsInFlightPerConnectionMax = 1_000;
export const bytesInFlightPerConnectionMax = 64 * 1024 * 1024;
export const bytesInFlightPerClusterMax = 256 * 1024 * 1024;
export const bytesInFlightPerBrokerMax = 1024 * 1024 * 1024;
/** What each cluster may have in flight, and unfinished, even where all together have too much. */
export const bytesInFlightFloor = 16 * 1024 * 1024;
/** Of frames that have come in part; one frame more may be held. */
export const bytesUnfinishedPerClusterMax = 128 * 1024 * 1024;
export const bytesUnfinishedPerBrokerMax = 512 * 1024 * 1024;
/** A frame that was begun must be whole after this time and what its bytes take at the slowest rate allowed. */
export const frameTimeoutMs = 30_000;
export const frameBytesPerMsMin = 64;
/** Bytes handed to a socket and not yet taken by the kernel: past it, its requests wait. */
export const bytesUnsentPerConnectionMax = 16 * 1024 * 1024;
/** Who takes nothing of his answers for so long is cut off where answers take too much memory, and in any case after the longer time. */
export const untakenAnswerMsMax = 30_000;
export const untakenAnswerIdleMsMax = 600_000;
/** Who is not read from is listened to now and then: only reading tells that a client is gone. */
export const pauseProbeMs = 5_000;
export const probeMs = 20;
/** Whoever has more than this read and not started is not listened to: it would grow with each time. */
export const probedBytesMax = 1024 * 1024;
/** Longer than this nobody waits to be read from because of what others hold (Kafka's request.timeout.ms). */
export const pauseMsMax = 30_000;
/** What a read of a socket costs the kernel and Node: so much each time, milliseconds, and bytes in a millisecond. */
export const readTurnMs = 0.03;
/** What the beginning of a connection costs, and its end, milliseconds. */
export const connectionTurnMs = 0.05;
export const readBytesPerMs = 2 * 1024 * 1024;
/** Of connections that have not said who they are, all together. */
export const bytesInFlightUnauthenticatedMax = 32 * 1024 * 1024;

/** Failed authentications a minute of one principal from one address before answers are delayed. */
export const failedAuthenticationsPerMinuteMax = 10;
/** The same of one address, whatever principals it tries: many may be behind it. */
export const failedAuthenticationsPerAddressMax = 100;
export const failedAuthenticationDelayMs = 5_000;
export const failedAuthenticationKeysMax = 10_000;

/** A token of OAUTHBEARER; with what stands around it, it is a frame before authentication. */
export const bearerTokenBytesMax = 32 * 1024;

/** Secrets that were right and need no derivation again, of this many keys. */
export const knownSecretsMax = 20_000;

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
export const requestObjectBytesPerClusterMax = 64 * 1024 * 1024;
export const requestObjectBytesPerBrokerMax = 256 * 1024 * 1024;
export const requestObjectBytesFloor = 4 * 1024 * 1024;
/**
 * What a byte of a request becomes on the heap: of a fetch, which names a partition in 28 bytes and keeps for
 * each what it wants, what it found and who wakes it, and of any other. Smaller requests are not counted.
 */
export const fetchObjectBytesPerByte = 16;
export const requestObjectBytesPerByte = 4;
export const countedRequestBytesMin = 1024;
/** A request for which there is no room is looked at again after this. */
export const requestRoomRetryMs = 20;
/** Read of one partition for a member of a share group: what it is given of that is bounded by records. */
export const sharePartitionBytesMax = 1024 * 1024;
export const fetchPartitionsMax = 20_000;
/** What a session costs on the heap, and each partition that it remembers: measured over 300 sessions of 20,000. */
export const fetchSessionBytes = 512;
export const fetchSessionPartitionBytes = 320;
/** A fetch waits at most so long, whatever its client would; its answer is then what there is. */
export const fetchWaitMsMax = 60_000;
/** Batches of one partition in an answer: each is a buffer of its own to the socket, or a CRC to check. */
export const fetchBatchesMax = 4_096;
/** A fetch reads nothing into memory while its cluster's answers leave less room than this. */
export const fetchRoomBytesMin = 64 * 1024;
export const fetchRoomRetryMs = 50;

/** One write to a segment gathers at most this many bytes and this many buffers (IOV_MAX is 1024). */
export const segmentWriteBytesMax = 8 * 1024 * 1024;
/** Up to so many bytes are made durable by their write; of more, the next are written while a sync of these runs. */
export const durableWriteBytesMax = 32 * 1024;
export const segmentWriteBuffersMax = 1_000;
/** Bytes accepted for a partition and not yet written: past it, a produce is refused as retriable. */
export const pendingAppendBytesMax = 256 * 1024 * 1024;
/** After this many bytes the recovery point moves up, so that a start has little to read again. */
export const recoveryDistanceBytesMax = 32 * 1024 * 1024;

/** Writes and syncs at once: as many as the disk has threads where the launcher starts the broker. */
export const writesAtOnceMax = 8;
/** Descriptors of open files, where the process may have more. */
export const openFilesMax = 16_384;
/** A file that nobody has used for so long has no descriptor. */
export const idleFileMsMax = 60_000;
/** Of the process's own limit on descriptors, what is left to sockets, to work on whole files and to everything else. */
export const descriptorsReservedMin = 256;
/** Operations on whole files and directories at once, each with a descriptor of its own for as long as it takes. */
export const wholeFileOperationsMax = 32;
export const wholeFileOperationsPerClusterMax = 16;
/** Reads of log files at once: half of libuv's default pool, so that writes and syncs find a thread. */
export const coldReadsMax = 2;

/** Aborted transactions of a segment that are only in memory: past it they are written to their index. */
export const abortedEntriesUnwrittenMax = 1_000;

/** How often every partition is looked at for what retention no longer covers. */
export const retentionIntervalMs = 60_000;
/** Ten minutes. A smaller segment.ms is accepted, as Kafka's clients set it, and has the effect of this one. */
export const segmentMsMin = 600_000;
/** Kafka's own least segment.bytes; it also holds for what was stored before. */
export const segmentBytesMin = 1024 * 1024;
/** Sealed segments of a cluster: past it none is rolled by time, and those that are rolled by size are larger. */
export const segmentsPerClusterMax = 20_000;
/** The size at which a segment is rolled in any case: Kafka's default of segment.bytes. */
export const segmentBytesWhenManyMin = 1024 * 1024 * 1024;

/** Worker threads that look into batches, and as many that derive keys: what takes long never runs on the main thread. */
export const recordTasksAtOnceMax = 2;
export const keyDerivationsAtOnceMax = 2;
/** Batches of a cluster that wait for a worker; its next ones are refused as retriable. */
export const recordTasksWaitingPerClusterMax = 1_000;
/** Key derivations of one address that wait: four times as many as it may have connections that are not signed in. */
export const keyDerivationsWaitingPerAddressMax = 1_000;
/** The heap of a worker thread; what it decompresses lies outside of it. */
export const workerHeapMbMax = 64;
export const workerJobMsMax = 10_000;
/** Uncompressed batches up to this size are walked over where they lie: 9,000 of the smallest records. */
export const recordsOnMainThreadBytesMax = 64 * 1024;
/** Plain bytes of a batch that is looked into, for each byte of the topic's max.message.bytes, at least, and at most. */
export const plainBytesPerMessageByte = 20;
export const plainBytesFloor = 16 * 1024 * 1024;
export const plainBytesMaxPerBatch = 128 * 1024 * 1024;

/** When a broker stops: each is a few writes to wait for, and all of them must fit in the time that it is given. */
/** Directories that are looked at side by side, at the start. */
export const partitionsLookedAtOnce = 16;
export const partitionsClosedAtOnce = 64;
/** After the disk refused a write, before the log is read again. */
export const logRestMs = 1_000;
/** After a log could not be opened: until then everybody who asks for it is told of the last attempt. */
export const openRetryMs = 3_000;

/** A producer that was active so lately is never forgotten: its next repeat would be written a second time. */
export const producerRememberedMsMin = 900_000;
/** What a remembered producer, and each batch remembered of it, costs on the heap, as measured. */
export const producerEntryBytes = 270;
export const producerBatchBytes = 135;
/** With less room than this left in its account, a cluster's idle producers are forgotten as early as may be. */
export const producerBytesSpare = 4 * 1024 * 1024;
/** Transactional producers of a partition of which it remembers where they began, while nothing of them is in its log. */
export const producerBeginningsMax = 1_000;
/** New producer ids of a cluster a second, and twice as many at once. */
export const producerIdsPerSecMax = 100;
/** How often the store is asked up to where ids were handed out, for ids that this broker has not heard of. */
export const producerIdQuestionMs = 1_000;
/** Producer states up to this size are written at every roll of a segment; larger ones once in this time. */
export const rollSnapshotBytesSmall = 64 * 1024;
export const largeRollSnapshotMs = 10_000;
/** Producers remembered by a partition, and for how long (Kafka's producer.id.expiration.ms). */
export const producersPerPartitionMax = 100_000;
export const producerExpirationMs = 86_400_000;

export const coordinatorPartitions = 16;
export const groupRebalanceDelayMs = 3_000;
/** Kafka's add.partitions.to.txn.retry.backoff.max.ms and .ms. */
export const verificationPatienceMs = 100;
export const verificationRetryMs = 20;
/** How long a coordinator waits for markers to be there for good, before it has them written again. */
export const markerWaitMsMax = 5_000;
/** A coordinator's decision is written in batches of about this size; a larger record has a batch to itself. */
export const coordinatorBatchBytesMax = 1024 * 1024;
/** So long a coordinator waits for its records to be committed; then whoever waits is told to come again. Kafka's offsets.commit.timeout.ms. */
export const coordinatorWriteMsMax = 5_000;
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
/** Of a snapshot, also of the cell's picture, what is written in one turn, bytes. */
export const coordinatorSnapshotTurnBytes = 64 * 1024;
/** Partitions of a commit that are put to the group at once; the others follow in turns of their own. */
export const offsetCommitPartitionsPerTurnMax = 1_000;
/** Groups of an OffsetFetch that are asked in one turn, and how large its answer may become; the rest is refused. */
export const offsetFetchGroupsPerTurnMax = 16;
export const offsetFetchAnswerBytesMax = 16 * 1024 * 1024;
/** How large an answer to DescribeGroups may become; the rest of its groups is refused. */
export const describeGroupsAnswerBytesMax = 16 * 1024 * 1024;
/** How long a request may loop over what its client sent, and how many pieces, before others get their turn. */
export const requestTurnMsMax = 2;
export const requestTurnPiecesMax = 5_000;

export const usageWindowMs = 10_000;
/** How much of what was read a killed broker can leave uncounted at most; what was written is counted from the log. */
export const usageHoldMs = 1_000;
/** How often leaders look at which partitions there are and what lies in them. An hour is a whole number of these. */
export const storageLookMs = 60_000;
/** What so many looks have seen is told at once: a row a topic. */
export const storageLooksPerTale = 5;
export const storagePartitionsAtOnce = 500;
/** What was written and not counted when a life ended is looked for so often, until it is counted. */
export const recountEveryMs = 1_000;
export const recountBytesAtOnce = 1024 * 1024;
/** Windows without a write after which a partition needs no row of up to where it is counted. */
export const countedIdleWindows = 6;
/** Limits met, in one report of usage: a report that grows beyond what the ledger takes would be lost with its usage. */
export const reachedRowsMax = 10_000;
/** How long a directory of logs that no topic has is kept aside before it is removed. */
export const strayDirectoryMs = 24 * 60 * 60 * 1000;
/** How often a broker renews its lease in the store: some times within it. */
export const leaseRenewalMs = 500;
/** How long a broker waits at its start for an id that another one has: longer than a lease that nobody renews. */
export const registrationWaitMs = 4_000;
export const registrationRetryMs = 100;
/** How often the broker reads the store's changes even if nobody told it of any. */
export const metadataPollMs = 2_000;
/** Between two questions to the store about names that this broker has not heard of; one cluster's, or all strangers'. */
export const lookUpIntervalMs = 50;
/** Changes of topics under way in the store at once: a quarter of the connections that a broker has to it. */
export const topicChangesAtOnceMax = 2;
/** Partitions that a cluster may make or remove a second for long, and at once when it has not done so for a while. */
export const partitionChangesPerSecMax = 25;
export const partitionChangesAtOnceMin = 1_000;
export const producerIdBlockSize = 1_000;

/** Of the heap, after a major collection: from here on growth is refused, and below the other it is taken again. */
export const heapShareHigh = 0.75;
export const heapShareLow = 0.6;
/** From here on nobody has a floor: thousands of clusters that each take theirs would fill what is left. */
export const heapShareCritical = 0.9;
/** However long a client would have its produce wait for replicas. */
export const produceWaitMsMax = 300_000;

/** A segment of which all records were deleted, and to which nothing was written since, is removed from this size on. */
export const emptiedSegmentBytesMin = 64 * 1024;
/** How often a leader looks whether its followers have deleted what it has. */
export const deletionLookMs = 10;
/** How long DeleteRecords waits for that, whatever its sender says. */
export const deletionWaitMsMax = 60_000;

/** Bytes of a log that one piece of its compaction looks at, but for a batch that is larger. */
export const compactionChunkBytes = 1024 * 1024;
/** Slots of the table of keys, of which there is one: 24 MiB. What does not fit is compacted the next time. */
export const compactionSlotsMax = 2 ** 20;
/** How often it is looked which logs are to be compacted. */
export const compactionIntervalMs = 15_000;
/** After each piece it rests for so many times as long as that took: the disk and the workers are everybody's. */
export const compactionRestShare = 1;
