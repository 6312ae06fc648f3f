import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { heartbeatApi } from '@weir/kafka-protocol/apis/12-heartbeat';
import { leaveGroupApi } from '@weir/kafka-protocol/apis/13-leave-group';
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

/**
 * Reads in a consumer group, and commits what it read, for as long as the stage is open. Now and then it leaves, or is
 * gone without a word and another one takes its place; some are static members, who come back as who they were
 * (KIP-345).
 */
export async function consume(stage: Stage, name: string): Promise<void> {
  const { random } = stage.world;
  const instanceId = random.chance(0.3) ? `instance of ${name}` : null;
  let life = 1;
  let consumer = new Consumer(stage, name, instanceId);
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
    if (random.chance(0.05)) {
      stage.happened.add('member gone without a word');
      life += 1;
      // Whoever has its name is the same member to the group, in whatever process.
      consumer = new Consumer(stage, instanceId === null ? `${name}.${life}` : name, instanceId);
    }
    await stage.world.sleep(stage.world.delay(10, 300));
  }
}

class Consumer {
  private readonly stage: Stage;
  private readonly name: string;
  private readonly groupInstanceId: string | null;
  private memberId = '';
  private generationId = -1;
  private readonly reader: GroupReader;
  /** When the request was sent that last renewed the member's session, and in which life of the broker. */
  private renewed = { atMs: 0, life: 0 };

  constructor(stage: Stage, name: string, groupInstanceId: string | null) {
    this.stage = stage;
    this.name = name;
    this.groupInstanceId = groupInstanceId;
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
    if (this.stage.world.random.chance(0.2)) await this.commitAsBefore(client, assigned);
    while (this.stage.isOpen) {
      await this.reader.fetch(client);
      if ((await this.commit(client)) !== 'NONE') return;
      if ((await this.beat(client)) !== 'NONE') return;
      if (this.stage.world.random.chance(0.03)) return this.leave(client);
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
      groupInstanceId: this.groupInstanceId,
      protocolType,
      protocols: [{ name: protocolName, metadata: Buffer.from([0, 0, 0, 0, 0, 0]) }],
    });
    const error = errorName(answer.errorCode);
    if (error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') this.memberId = '';
    if (error !== 'NONE') return null;
    this.memberId = answer.memberId;
    this.generationId = answer.generationId;
    const members = answer.leader === this.memberId ? answer.members.map((member) => member.memberId) : [];
    const synced = await client.request(syncGroupApi, 4, {
      groupId,
      generationId: this.generationId,
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
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

  /** A commit of the generation before comes too late, whatever it would commit: it would set the group back. */
  private async commitAsBefore(client: Client, assigned: readonly number[]): Promise<void> {
    const offered = assigned.map((index) => [index, 0] as const);
    const answer = await this.offer(client, this.generationId - 1, offered);
    for (const { errorCode } of answer.topics[0]?.partitions ?? [])
      if (errorCode === 0)
        throw new Violation(`a commit of generation ${this.generationId - 1} was accepted`);
    this.stage.happened.add('late commit refused');
  }

  /** It is a member no more, and nothing is taken from it that it was asked to do as one. */
  private async leave(client: Client): Promise<void> {
    const { memberId, groupInstanceId } = this;
    const body = { groupId, members: [{ memberId, groupInstanceId, reason: null }] };
    const answer = await client.request(leaveGroupApi, 4, body);
    if (answer.errorCode !== 0 || answer.members.some(({ errorCode }) => errorCode !== 0)) return;
    this.stage.happened.add('member left');
    const late = await this.offer(client, this.generationId, [[0, 0]]);
    for (const { errorCode } of late.topics[0]?.partitions ?? [])
      if (errorCode === 0) throw new Violation(`a commit of a member that had left was accepted`);
    this.memberId = '';
  }

  private offer(client: Client, generationId: number, offered: readonly (readonly [number, number])[]) {
    return client.request(offsetCommitApi, 8, {
      groupId,
      generationIdOrMemberEpoch: generationId,
      memberId: this.memberId,
      groupInstanceId: this.groupInstanceId,
      topics: [
        {
          name: this.stage.topic,
          partitions: offered.map(([partitionIndex, committedOffset]) => ({
            partitionIndex,
            committedOffset,
            committedMetadata: '',
          })),
        },
      ],
    });
  }

  private async commit(client: Client): Promise<ErrorName> {
    const { stage } = this;
    const offered = [...this.reader.positions];
    if (offered.length === 0) return 'NONE';
    const answer = await this.offer(client, this.generationId, offered);
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
    const { memberId, generationId, groupInstanceId } = this;
    const sent = { atMs: this.stage.world.now, life: this.stage.life };
    const answer = await client.request(heartbeatApi, 3, {
      groupId,
      generationId,
      memberId,
      groupInstanceId,
    });
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
