import { requestBytesMax } from './limits.ts';

// What the brokers of a cell may ask of each other and of its store, and how long each waits for another.

/** Bytes of records in an answer to a follower, and of one partition; the first batch may be larger. */
export const peerFetchBytesMax = 8 * 1024 * 1024;
export const peerFetchPartitionBytesMax = 1024 * 1024;
/** The same on the connection for followers that are far behind: what an answer brings is checked in one stretch. */
export const peerCatchUpBytesMax = 2 * 1024 * 1024;
/**
 * What a leader reads from disk in a second for replicas that are not in sync, all together: its checksums are less
 * than a tenth of the event loop, and a gigabyte is there after a quarter of a minute. A replica of a partition to
 * which more is written for long does not catch up (so it is with Kafka's leader.replication.throttled.rate).
 */
export const catchUpBytesPerSecMax = 64 * 1024 * 1024;
/** Of a second of it, what may be read at once. */
export const catchUpBurstShare = 0.1;
/** Bytes that a follower has taken from one leader to catch up, and not written: past it, it asks for no more. */
export const catchUpPendingBytesMax = 32 * 1024 * 1024;
/** How long the connection on which partitions catch up is kept once none does. */
export const peerCatchUpIdleMs = 10_000;
/** Answers in a row that go on elsewhere than the log of a partition, until something is wrong with it. */
export const peerVoidAnswersMax = 3;
/** A whole answer: the last of its partitions may bring one batch of any size. */
export const peerAnswerBytesMax = requestBytesMax + peerFetchBytesMax + 4 * 1024 * 1024;
/** Logs that a broker reads at once to follow them, of all tenants. */
export const followedOpenedAtOnce = 32;
/** How long an answer to a follower waits for something to say. */
export const peerFetchWaitMsMax = 500;
/**
 * How soon a follower hears that more is committed where nothing else is told: its readers wait so long for what is there
 * (KIP-392). Under load it comes with the next records; otherwise so many answers a second between two brokers at most.
 */
export const highWatermarkToldMs = 5;
/** A leader that says nothing for longer may be gone: its followers would keep readers waiting, and serve none. */
export const leaderSilenceMsMax = 2 * peerFetchWaitMsMax;
/** Logs that a request for their sizes opens at once. */
export const logsDescribedAtOnce = 8;
/** Connections to the cell's own listener, whose callers have not shown who they are. */
export const peerStrangersMax = 64;
export const peerHelloMsMax = 5_000;
export const peerHelloBytesMax = 1_024;
/** How long another broker may take to answer a question, and how many questions may wait for one. */
export const peerCallMsMax = 10_000;
export const peerCallsMax = 10_000;
/** Until a broker that could not be reached is tried again. */
export const peerRetryMs = 250;
/** Without an answer for so long, a leader is taken for gone, and connected to anew. */
export const peerSilenceMsMax = 3_000;
/** Of a partition that its leader refused, until it is asked for again. */
export const peerRefusedRetryMs = 200;
/** Kafka's replica.lag.time.max.ms: a follower that has not caught up for so long is not in sync. */
export const replicaLagMsMax = 30_000;
/**
 * Who has fetched nothing for so long is not in sync either, though its lease is renewed: it reaches the store and not
 * its leader, and acks=all would wait for it. It asks at least twice a second, and connects anew after three.
 */
export const replicaSilenceMsMax = 6_000;
/** How often leaders look whether their followers are in sync. */
export const replicaLagCheckMs = 1_000;
/** How often what is committed is written down. Kafka's replica.high.watermark.checkpoint.interval.ms. */
export const highWatermarksEveryMs = 5_000;
/** How often it is written down how far the cell's store has come. */
export const seenVersionEveryMs = 5_000;
/** How often a broker looks whether another one is gone, and how near to the moment at which a lease may run out. */
export const electionEveryMs = 500;
export const electionSpreadMs = 20;
/**
 * Who has not renewed its lease for so long has missed a renewal: clients are told that what it leads has no leader
 * just now, so that they ask again soon (librdkafka: each 250 ms, where it else looks at what it cannot reach once a
 * second). It is believed to lead again as soon as it renews.
 */
export const leaseOverdueMs = 900;
/** How long followers that are in sync again wait for others, so that the store is asked for many of them at once. */
export const isrGrowthGatheredMs = 100;
/** Partitions whose rows are changed in one transaction. */
export const rowChangesAtOnceMax = 1_000;
/** How long a broker that stops waits until its followers have everything, and for the store to replace it. */
export const settleMsMax = 2_000;
export const retireMsMax = 3_000;
/**
 * For so long after that it still answers clients that it does not lead any more, and who does. librdkafka asks 250 ms
 * after it was refused; where the connection has ended by then it looks again only a second later.
 */
export const farewellMs = 500;
/** How often leaders look whether another one is to lead in their place, how many at once give way, and for how long each may try. */
export const preferredLeadersEveryMs = 10_000;
/** How often leaders look whether they are to let go of a partition that is being moved. */
export const handOverEveryMs = 1_000;
export const handOversAtOnceMax = 50;
export const handOverMsMax = 1_000;
/** How often a broker of several looks whether its disk takes writes, and how long one may take. */
export const diskProbeEveryMs = 1_000;
export const diskStallMsMax = 4_000;
/** How often a broker of several tells what tenants use and learns what they may, and how soon where one waits for it. */
export const shareLimitsEveryMs = 500;
export const shareAskGapMs = 100;
/** How often a broker tells what its clients have spent of limits that somebody has set, where anything has changed. */
export const shareSpentEveryMs = 1_000;
/** Shares that the store has not confirmed for so long are even ones: it may be away for long, and load moves. */
export const sharesKeptMs = 10_000;
/** How often what tenants store, and their groups, are counted for it. */
export const stocksCountedEveryMs = 5_000;
/**
 * What all brokers have in use is believed to be a limit's all once it was so for this long: a broker that died is
 * fenced by then, and what its clients have opened elsewhere no longer counts twice.
 */
export const fullConfirmedMs = 4_000;
/** A connection above its broker's share waits so long for a larger one, and so many of a cluster do. */
export const shareWaitMsMax = 5_000;
export const shareWaitersPerClusterMax = 100;
