import type {
  ShareGroupHeartbeatRequest,
  ShareGroupHeartbeatResponse,
} from '@weir/kafka-protocol/apis/76-share-group-heartbeat';
import type { ErrorName } from '@weir/kafka-protocol/errors';
import { ConsumerDriver, topicId } from '../consumer-group/consumer-driver.ts';
import type { SharePosition } from './deliveries.ts';
import type { Acknowledgement, Acquired } from './share-partition.ts';

/** For tests: a group driver whose members share the partitions of topics; all of it is of partition 0 of topic `a`. */
export class ShareDriver extends ConsumerDriver {
  readonly place = { topicId: topicId('a'), partition: 0 };

  shareBeat(
    memberId: string,
    memberEpoch: number,
    said: Partial<ShareGroupHeartbeatRequest> = {},
  ): ShareGroupHeartbeatResponse {
    const { groupId } = this;
    const request = { groupId, memberId, memberEpoch, rackId: null, subscribedTopicNames: null, ...said };
    return this.answered(
      this.put((shard, token) => shard.shareHeartbeat(this.moment, token, this.scope, request)),
    );
  }

  position(memberId: string, highWatermark: number, startOffset = 0): SharePosition {
    const log = { ...this.place, startOffset, highWatermark };
    return this.answered(
      this.put((shard, token) => shard.sharePosition(this.moment, token, this.who(memberId), log)),
    );
  }

  acquire(memberId: string, first: number, last: number): readonly Acquired[] {
    const read = { batches: [{ first, last }], recordsMax: 500, isExact: true };
    return this.answered(
      this.put((shard, token) =>
        shard.shareAcquire(this.moment, token, this.who(memberId), this.place, read),
      ),
    );
  }

  acknowledge(memberId: string, acknowledgements: readonly Acknowledgement[]): readonly ErrorName[] {
    const said = [{ ...this.place, acknowledgements }];
    return this.answered(
      this.put((shard, token) => shard.shareAcknowledge(this.moment, token, this.who(memberId), said)),
    );
  }

  private who(memberId: string) {
    return { clusterId: this.scope.clusterId, groupId: this.groupId, memberId };
  }

  private answered<Response>(token: number): Response {
    const answer = this.answer<Response>(token);
    if (answer === undefined) throw new Error('the request still waits');
    return answer;
  }
}
