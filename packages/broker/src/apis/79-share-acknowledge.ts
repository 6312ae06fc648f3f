import {
  type ShareAcknowledgeRequest,
  type ShareAcknowledgeResponse,
  shareAcknowledgeApi,
} from '@weir/kafka-protocol/apis/79-share-acknowledge';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import { placeKey } from '../cluster/share-sessions.ts';
import { shareBounds } from '../share-group/settings.ts';
import { chargeGroupRecords } from './group-scope.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';
import { NewLeaders } from './new-leaders.ts';
import { acknowledge, closeEpoch, endSession, sessionOf } from './share-session.ts';

/** ShareAcknowledge (KIP-932): what a member says of records that it has, without asking for more. */
export const shareAcknowledge: Handler<ShareAcknowledgeRequest, ShareAcknowledgeResponse> = {
  api: shareAcknowledgeApi,
  advertised: { min: 1, max: 2 },
  names({ topics }, see) {
    topics.some(({ topicId, partitions }) =>
      partitions.some(({ partitionIndex }) => see('', topicId, partitionIndex)),
    );
  },
  handle,
};

async function handle(
  context: RequestContext,
  request: ShareAcknowledgeRequest,
): Promise<Reply<ShareAcknowledgeResponse>> {
  const session = sessionOf(context, request, false);
  if (typeof session === 'string') return refuse(session);
  const said = await acknowledge(context, session, request.topics);
  if ('error' in said) return refuse(said.error);
  const isLast = request.shareSessionEpoch === closeEpoch;
  const releasedBytes = isLast ? await endSession(context, session) : 0;
  const leaders = new NewLeaders(context.services, context.door);
  const { topicsById } = context.identity.cluster;
  const responses = request.topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => {
      const code = errorCode(said.errors.get(placeKey({ topicId, partition: partitionIndex })) ?? 'NONE');
      const { currentLeader = noLeader } = leaders.of(code, topicsById.get(topicId) ?? null, partitionIndex);
      return { partitionIndex, errorCode: code, currentLeader };
    }),
  }));
  const throttleTimeMs = chargeGroupRecords(context, said.bytesWritten + releasedBytes);
  const acquisitionLockTimeoutMs = shareBounds.lockMs;
  const { nodeEndpoints } = leaders;
  return reply(
    { throttleTimeMs, errorCode: 0, acquisitionLockTimeoutMs, responses, nodeEndpoints },
    throttleTimeMs,
  );
}

const noLeader = { leaderId: -1, leaderEpoch: -1 };

function refuse(error: ErrorName): Reply<ShareAcknowledgeResponse> {
  return reply({
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    acquisitionLockTimeoutMs: 0,
    responses: [],
    nodeEndpoints: [],
  });
}
