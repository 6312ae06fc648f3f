// Every bound of reading and producing records over HTTP, with its unit.

/** A whole request for records, from its first connection to its answer. */
export const readMsMax = 8_000;
/** Of these, how long batches are fetched and decoded; what was not read by then is said to be missing. */
export const fetchMsMax = 5_000;
/** A whole produce, with its repetitions. */
export const produceMsMax = 8_000;
/**
 * How long one request is begun again after a connection broke or a broker asked for patience: that a broker is gone
 * shows after its lease of two seconds, and then another one leads. The pauses grow up to the longest.
 */
export const patienceMsMax = 5_000;
export const retryPauseMs = 100;
export const retryPauseMsMax = 500;

/** A whole question about consumer groups, or a change of their offsets. */
export const groupsMsMax = 8_000;

/** A whole question for sizes, which a page asks again soon: nobody waits until another broker has taken over. */
export const sizesMsMax = 1_500;

/** Requests at a time in this process that are Kafka clients; each has connections, which count against its cluster. */
export const clientsMax = 32;
/** Of these, of one organization, so that nobody keeps the others out. */
export const clientsPerOrganizationMax = 6;

/** Asked for in one fetch, in all and of a partition; a single batch that is larger comes all the same (KIP-74). */
export const fetchBytesMax = 4 * 1024 * 1024;
export const partitionBytesMax = 1024 * 1024;
/** Rounds of fetching, so that one request cannot read a topic from end to end. */
export const roundsMax = 16;

/** Threads that decode batches; they are started when they are needed. */
export const decodeThreadsMax = 3;
/** Of these, for batches of clusters that are not known to be quick, and of those that are known to be costly. */
export const decodeThreadsForOthersMax = 2;
export const decodeThreadsForCostlyMax = 1;
/** A thread that had nothing to do for so long is ended: what its heap has grown to is given back. */
export const decodeIdleMsMax = 15_000;
/** A batch that takes longer is given up, and its thread with it. */
export const decodeMsMax = 1_000;
/** A batch that took less of a processor shows its cluster as quick, for which a thread is kept; any other as costly, for so long. */
export const quickBatchMs = 200;
export const quickForMs = 3_600_000;
export const costlyForMs = 60_000;
/** Clusters of which that is known; beyond that all begin anew. */
export const knownClustersMax = 10_000;
/** What one request may have decoded in all. */
export const decodePerRequestMsMax = 2_500;
/** What a compressed batch may grow to. */
export const decompressedBytesMax = 32 * 1024 * 1024;
/** The JavaScript heap of a thread, in MiB; what libraries allocate beside it is bounded by decompressedBytesMax. */
export const decodeHeapMegabytesMax = 192;

/** As much of one key or value as is worth showing; a whole record may be far larger than a page. */
export const shownBytesMax = 64 * 1024;
/** Keys and values of a whole answer; where many records are asked for, less is shown of each. */
export const shownAnswerBytesMax = 8 * 1024 * 1024;
/** Headers shown of one record, and bytes of each; how many there are is told. */
export const shownHeadersMax = 32;
export const shownHeaderBytesMax = 1024;

/** Producer ids kept for the next record; one is not used again after this time without use, milliseconds. */
export const producerIdsKeptMax = 1_000;
export const producerIdIdleMsMax = 10 * 60_000;
