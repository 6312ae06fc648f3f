import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { heartbeatApi } from '@weir/kafka-protocol/apis/12-heartbeat';
import { syncGroupApi } from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { readRecords } from './history.ts';
import type { Stage } from './stage.ts';
import { NoAnswer, type WireClient } from './wire-client.ts';

const groupId = 'group';
const protocolName = 'range';
const protocolType = 'consumer';

/** Reads in a consumer group, and commits what it read, for as long as the stage is open. */
export async function consume(stage: Stage, name: string): Promise<void> {
  const consumer = new Consumer(stage, name);
  // Clients name themselves all alike unless they are told otherwise; member ids must not hang on it.
  const clientId = 'consumer';
  for (
    let client = await stage.connect(clientId);
    client !== null;
    client = await stage.connect(clientId, client)
  ) {
    try {
      await consumer.takePart(client);
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    await stage.world.sleep(stage.world.delay(10, 300));
  }
}

class Consumer {
  private readonly stage: Stage;
  private readonly name: string;
  private memberId = '';
  private generationId = -1;
  private readonly positions = new Map<number, number>();

  constructor(stage: Stage, name: string) {
    this.stage = stage;
    this.name = name;
  }

  /** From a join to the next rebalance or failure. */
  async takePart(client: WireClient): Promise<void> {
    const assigned = await this.join(client);
    if (assigned === null) return;
    this.stage.history.assigned(
      this.generationId,
      this.name,
      assigned.map((index) => this.place(index)),
    );
    if (!(await this.readPositions(client, assigned))) return;
    while (this.stage.isOpen) {
      await this.fetch(client);
      if ((await this.commit(client)) !== 'NONE') return;
      if ((await this.beat(client)) !== 'NONE') return;
      await this.stage.world.sleep(this.stage.world.delay(10, 400));
    }
  }

  /** The partitions that this member gets; null when it has to begin again. */
  private async join(client: WireClient): Promise<readonly number[] | null> {
    const answer = await client.request(joinGroupApi, 5, {
      groupId,
      sessionTimeoutMs: 6_000,
      rebalanceTimeoutMs: 6_000,
      memberId: this.memberId,
      protocolType,
      protocols: [{ name: protocolName, metadata: Buffer.from([0, 0, 0, 0, 0, 0]) }],
    });
    const error = errorName(answer.errorCode);
    if (error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    if (error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
    if (error !== 'NONE') return null;
    this.memberId = answer.memberId;
    this.generationId = answer.generationId;
    const members = answer.leader === this.memberId ? answer.members.map((member) => member.memberId) : [];
    const synced = await client.request(syncGroupApi, 4, {
      groupId,
      generationId: this.generationId,
      memberId: this.memberId,
      assignments: members.map((memberId, index) => ({
        memberId,
        assignment: Buffer.from(this.stage.partitions.filter((one) => one % members.length === index)),
      })),
    });
    return errorName(synced.errorCode) === 'NONE' ? [...synced.assignment] : null;
  }

  private async readPositions(client: WireClient, assigned: readonly number[]): Promise<boolean> {
    const { stage } = this;
    const floors = new Map(assigned.map((index) => [index, stage.history.commitFloor(this.place(index))]));
    const answer = await client.request(offsetFetchApi, 7, {
      groupId,
      topics: [{ name: stage.topic, partitionIndexes: assigned }],
      groups: [],
    });
    if (answer.errorCode !== 0) return false;
    this.positions.clear();
    for (const { partitionIndex, committedOffset } of answer.topics[0]?.partitions ?? []) {
      stage.history.fetchedCommit(
        this.place(partitionIndex),
        committedOffset,
        floors.get(partitionIndex) ?? -1,
      );
      this.positions.set(partitionIndex, Math.max(committedOffset, 0));
    }
    return true;
  }

  private async fetch(client: WireClient): Promise<void> {
    const { stage } = this;
    if (this.positions.size === 0) return;
    const answer = await client.request(fetchApi, 11, {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1 << 20,
      topics: [
        {
          topic: stage.topic,
          partitions: [...this.positions].map(([partition, fetchOffset]) => ({
            partition,
            fetchOffset,
            partitionMaxBytes: 64 * 1024,
          })),
        },
      ],
    });
    for (const { partitionIndex, errorCode, records } of answer.responses[0]?.partitions ?? []) {
      const position = this.positions.get(partitionIndex) ?? 0;
      if (errorCode !== 0 || records === null) continue;
      const seen = readRecords(records, position);
      stage.history.read(this.place(partitionIndex), seen);
      const last = seen.at(-1);
      if (last !== undefined) this.positions.set(partitionIndex, last.offset + 1);
    }
  }

  private async commit(client: WireClient): Promise<ErrorName> {
    const { stage } = this;
    const offered = [...this.positions];
    if (offered.length === 0) return 'NONE';
    const answer = await client.request(offsetCommitApi, 8, {
      groupId,
      generationIdOrMemberEpoch: this.generationId,
      memberId: this.memberId,
      topics: [
        {
          name: stage.topic,
          partitions: offered.map(([partitionIndex, committedOffset]) => ({
            partitionIndex,
            committedOffset,
            committedMetadata: '',
          })),
        },
      ],
    });
    for (const { partitionIndex, errorCode } of answer.topics[0]?.partitions ?? []) {
      const error = errorName(errorCode);
      if (error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
      if (error !== 'NONE') return error;
      const offset = offered.find(([index]) => index === partitionIndex)?.[1];
      if (offset !== undefined) stage.history.committed(this.place(partitionIndex), offset);
    }
    return 'NONE';
  }

  private async beat(client: WireClient): Promise<ErrorName> {
    const { memberId, generationId } = this;
    const answer = await client.request(heartbeatApi, 3, { groupId, generationId, memberId });
    const error = errorName(answer.errorCode);
    if (error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
    return error;
  }

  private place(partition: number): string {
    return `${this.stage.topic}-${partition}`;
  }
}
