import { ClusterNotInCell } from '@weir/kafka-client/acting-credentials';
import { ConnectionLost, KafkaRefusal } from '@weir/kafka-client/connection';
import type { ErrorName } from '@weir/kafka-protocol/errors';

/** Nothing can be delivered, for a reason that the cluster need not be asked for. */
export class NowhereToDeliver extends Error {
  override readonly name = 'NowhereToDeliver';
}

const tooLarge = 'An event is larger than the topic takes. Raise its max.message.bytes.';

const refusals: Readonly<Partial<Record<ErrorName, string>>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'There is no such topic, or the service account may not see it.',
  TOPIC_AUTHORIZATION_FAILED:
    'The service account may not write to the topic. Give it the role DeveloperWrite on it.',
  MESSAGE_TOO_LARGE: tooLarge,
  RECORD_LIST_TOO_LARGE: tooLarge,
  POLICY_VIOLATION: 'The cluster has reached a limit: it stores, or has spent, all that it may.',
};

/** For administrators: what they can do something about. Null: nothing that we know. */
export const problemOf = (cause: unknown): string | null => {
  if (cause instanceof NowhereToDeliver) return cause.message;
  if (cause instanceof ClusterNotInCell || cause instanceof ConnectionLost)
    return 'The cluster did not answer. It may be starting, or gone.';
  if (cause instanceof KafkaRefusal) return refusals[cause.error] ?? `The cluster answered ${cause.error}.`;
  return null;
};

export const isTooLarge = (cause: unknown): boolean =>
  cause instanceof KafkaRefusal &&
  (cause.error === 'MESSAGE_TOO_LARGE' || cause.error === 'RECORD_LIST_TOO_LARGE');
