import { type FetchRequest, type FetchResponse, fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { errorCode } from '@weir/kafka-protocol/errors';
import { batchBytes, isControl, recordCount } from '@weir/kafka-protocol/record-batch';
import { fetchBytesMax, fetchRoomRetryMs, fetchWaitMsMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { type GatheredPartition, gather, release, roomFor } from './fetch-gather.ts';
import { type FetchPlan, planFetch } from './fetch-plan.ts';
import { waitForMore, waitForRoom } from './fetch-wait.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';
import { NewLeaders } from './new-leaders.ts';

/**
 * Fetch: v7 brought sessions (KIP-227), v11 reads from a replica in the consumer's rack (KIP-392), v12 divergence, v13
 * topic ids (KIP-516). Only consumers fetch here, so what concerns followers is left at its defaults.
 */
export const fetch: Handler<FetchRequest, FetchResponse> = {
  api: fetchApi,
  advertised: { min: 4, max: 18 },
  names({ topics }, see) {
    topics.some(({ topic, topicId, partitions }) =>
      partitions.some(({ partition }) => see(topic, topicId, partition)),
    );
  },
  handle,
};

async function handle(context: RequestContext, request: FetchRequest): Promise<Reply<FetchResponse>> {
  const plan = await planFetch(context, request);
  if (plan.kind === 'rejected') {
    return reply({ throttleTimeMs: 0, errorCode: errorCode(plan.error), sessionId: 0, responses: [] });
  }
  const { cluster } = context.identity;
  // As Kafka does it: an answer without records, and how long to wait.
  if (cluster.isOverdrawn('egress', context.identity, context.clientId)) return answer(context, plan, []);
  const gathered = await gatherEnough(context, request, plan);
  return answer(context, plan, gathered);
}

/**
 * Reads, and while there is too little and time is left, waits for more to be committed. While it waits it
 * holds positions and no bytes. What a client asks for beyond what an answer can hold, or a sane time, is clipped.
 */
async function gatherEnough(
  context: RequestContext,
  request: FetchRequest,
  plan: FetchPlan,
): Promise<GatheredPartition[]> {
  const { clock } = context.services.deps;
  const { accounts, reachedLimits } = context.identity.cluster;
  const deadline = clock.monotonicMs() + Math.min(request.maxWaitMs, fetchWaitMsMax);
  // A batch is given however little is asked for, so that a reader comes past it.
  const asked = Math.min(Math.max(request.maxBytes, 1), fetchBytesMax);
  const minBytes = Math.min(request.minBytes, asked);
  for (let isTimeOver = false; ; ) {
    const reserved = roomFor(accounts.answers, asked);
    accounts.answers.take(reserved);
    let gathered: GatheredPartition[];
    try {
      gathered = await gather(context, plan, reserved);
    } finally {
      accounts.answers.giveBack(reserved);
    }
    const bytes = gathered.reduce((sum, part) => sum + part.bytes, 0);
    const isUrgent = (part: GatheredPartition) => part.errorCode !== 0 || part.preferredReadReplica >= 0;
    const isEnough = bytes >= minBytes || gathered.some(isUrgent);
    const left = deadline - clock.monotonicMs();
    if (isEnough || isTimeOver || left <= 0 || gathered.length === 0) return gathered;
    release(gathered);
    if (reserved < asked) reachedLimits.reached('answerBytesMax');
    const isForRoom = reserved === 0 && left > fetchRoomRetryMs;
    const outcome = isForRoom
      ? await waitForRoom(context, fetchRoomRetryMs)
      : await waitForMore(context, gathered, minBytes - bytes, left);
    if (outcome === 'connection-ended') return [];
    // The clock alone does not tell: a rest of time may be too small to move it.
    isTimeOver = outcome === 'timed-out' && !isForRoom;
  }
}

function answer(
  context: RequestContext,
  plan: FetchPlan,
  gathered: readonly GatheredPartition[],
): Reply<FetchResponse> {
  const { identity, services } = context;
  const responses: FetchResponse['responses'][number][] = [];
  const frames: Frame[] = [];
  let last: {
    topicKey: string;
    partitions: FetchResponse['responses'][number]['partitions'][number][];
  } | null = null;
  let bytes = 0;
  const served: Served[] = [];
  const leaders = new NewLeaders(services, context.door);
  for (const part of gathered) {
    for (const frame of part.frames) frames.push(frame);
    if (!isNews(plan, part)) continue;
    if (last === null || last.topicKey !== part.wanted.topicKey) {
      last = { topicKey: part.wanted.topicKey, partitions: [] };
      responses.push({ ...plan.nameOf(part.wanted.topicKey), partitions: last.partitions });
    }
    bytes += part.bytes;
    if (part.bytes > 0 && part.topic !== null) served.push(servedOf(part, part.topic.name));
    last.partitions.push({
      partitionIndex: part.wanted.partition,
      errorCode: part.errorCode,
      highWatermark: part.highWatermark,
      lastStableOffset: part.lastStableOffset,
      logStartOffset: part.startOffset,
      abortedTransactions: plan.isCommittedOnly && part.errorCode === 0 ? (part.aborted ?? []) : null,
      preferredReadReplica: part.preferredReadReplica,
      records: part.views,
      ...leaders.of(part.errorCode, part.topic, part.wanted.partition),
    });
  }
  const throttleMs = identity.cluster.chargeBytes('egress', identity, bytes, context.clientId);
  return {
    body: {
      throttleTimeMs: throttleMs,
      errorCode: 0,
      sessionId: plan.sessionId,
      responses,
      nodeEndpoints: leaders.nodeEndpoints,
    },
    frames,
    throttleMs,
    close: false,
    taken: () => count(identity, served),
  };
}

/** In a session only what changed is told; what is told is remembered, and what gave data goes to the end of the line. */
function isNews(plan: FetchPlan, part: GatheredPartition): boolean {
  const { wanted } = part;
  if (!plan.isIncremental && plan.session === null) return true;
  const isNew =
    part.bytes > 0 ||
    part.errorCode !== 0 ||
    part.preferredReadReplica >= 0 ||
    wanted.highWatermark !== part.highWatermark ||
    wanted.startOffset !== part.startOffset;
  wanted.highWatermark = part.highWatermark;
  wanted.startOffset = part.startOffset;
  if (part.bytes > 0 && plan.session !== null) {
    plan.session.partitions.delete(part.key);
    plan.session.partitions.set(part.key, wanted);
  }
  return isNew || !plan.isIncremental;
}

/** What an answer brings of one topic. */
interface Served {
  readonly topic: string;
  readonly bytes: number;
  readonly records: number;
}

function servedOf({ bytes, views }: GatheredPartition, topic: string): Served {
  let records = 0;
  for (const view of views) {
    // A view from the tail cache is one batch; one from disk may hold many.
    for (let at = 0; at < view.length; at += batchBytes(view, at))
      // Markers are the broker's own.
      if (!isControl(view, at)) records += recordCount(view, at);
  }
  return { topic, bytes, records };
}

function count({ meter }: RequestContext['identity'], served: readonly Served[]): void {
  for (const { topic, bytes, records } of served) meter.served(topic, bytes, records);
}
