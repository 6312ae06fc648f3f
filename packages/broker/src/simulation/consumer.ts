import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { heartbeatApi } from '@weir/kafka-protocol/apis/12-heartbeat';
import { syncGroupApi } from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import type { GroupReader } from './session-reader.ts';
import type { Stage } from './stage.ts';
import { type Client, NoAnswer } from './wire-client.ts';
import { Violation } from './world.ts';

const groupId = 'group';
const sessionTimeoutMs = 6_000;
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
  private readonly reader: GroupReader;
  /** When the request was sent that last renewed the member's session, and in which life of the broker. */
  private renewed = { atMs: 0, life: 0 };

  constructor(stage: Stage, name: string) {
    this.stage = stage;
    this.name = name;
    this.reader = stage.access.reader(stage);
  }

  /** From a join to the next rebalance or failure. */
  async takePart(client: Client): Promise<void> {
    const assigned = await this.join(client);
    if (assigned === null) return;
    this.stage.history.assigned(
      this.generationId,
      this.name,
      assigned.map((index) => this.stage.place(index)),
    );
    this.renewed = { atMs: -sessionTimeoutMs, life: this.stage.life };
    if (!(await this.readPositions(client, assigned))) return;
    while (this.stage.isOpen) {
      await this.reader.fetch(client);
      if ((await this.commit(client)) !== 'NONE') return;
      if ((await this.beat(client)) !== 'NONE') return;
      await this.stage.world.sleep(this.stage.world.delay(10, 400));
    }
  }

  /** The partitions that this member gets; null when it has to begin again. */
  private async join(client: Client): Promise<readonly number[] | null> {
    const answer = await client.request(joinGroupApi, 5, {
      groupId,
      sessionTimeoutMs,
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

  private async readPositions(client: Client, assigned: readonly number[]): Promise<boolean> {
    const { stage } = this;
    const floors = new Map(assigned.map((index) => [index, stage.commitFloor(index)]));
    const answer = await client.request(offsetFetchApi, 7, {
      groupId,
      topics: [{ name: stage.topic, partitionIndexes: assigned }],
      groups: [],
    });
    if (answer.errorCode !== 0) return false;
    const positions = new Map<number, number>();
    for (const { partitionIndex, committedOffset } of answer.topics[0]?.partitions ?? []) {
      stage.history.fetchedCommit(
        stage.place(partitionIndex),
        committedOffset,
        floors.get(partitionIndex) ?? -1,
      );
      positions.set(partitionIndex, Math.max(committedOffset, 0));
    }
    this.reader.restart(positions);
    return true;
  }

  private async commit(client: Client): Promise<ErrorName> {
    const { stage } = this;
    const offered = [...this.reader.positions];
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
      if (error === 'UNKNOWN_MEMBER_ID') this.expelled();
      if (error !== 'NONE') return error;
      const offset = offered.find(([index]) => index === partitionIndex)?.[1];
      if (offset !== undefined) stage.history.committed(stage.place(partitionIndex), offset);
    }
    return 'NONE';
  }

  private async beat(client: Client): Promise<ErrorName> {
    const { memberId, generationId } = this;
    const sent = { atMs: this.stage.world.now, life: this.stage.life };
    const answer = await client.request(heartbeatApi, 3, { groupId, generationId, memberId });
    const error = errorName(answer.errorCode);
    if (error === 'UNKNOWN_MEMBER_ID') this.expelled();
    if (error === 'NONE') this.renewed = sent;
    return error;
  }

  /** Only who was silent for as long as its session takes, or whose broker lost what it had not written. */
  private expelled(): void {
    this.memberId = '';
    const { world, life, mayRefuse } = this.stage;
    const { atMs, life: lifeThen } = this.renewed;
    if (mayRefuse || life !== lifeThen || world.now - atMs > sessionTimeoutMs) return;
    throw new Violation(
      `${this.name} was expelled ${(world.now - atMs).toFixed(0)} ms after it was heard of`,
    );
  }
}
