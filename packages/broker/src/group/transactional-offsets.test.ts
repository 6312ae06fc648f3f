import type { OffsetFetchResponse } from '@weir/kafka-protocol/apis/09-offset-fetch';
import type { TxnOffsetCommitResponse } from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';
import type { TransactionalCommit } from './transactional-offsets.ts';

const producer = { producerId: 7, producerEpoch: 3 };

function commit(driver: GroupDriver, offset: number, change: Partial<TransactionalCommit> = {}): ErrorName {
  const asked = {
    partitionIndex: 0,
    committedOffset: offset,
    committedLeaderEpoch: -1,
    committedMetadata: 'm',
  };
  const token = driver.put((shard, own) =>
    shard.txnOffsetCommit(driver.moment, own, driver.scope, {
      ...{ groupId: driver.groupId, ...producer, error: 'NONE' },
      ...{ generationId: -1, memberId: '', groupInstanceId: null },
      topics: [{ name: 'topic', topicId: zeroUuid, partitions: [asked] }],
      ...change,
    }),
  );
  const answer = driver.answer<TxnOffsetCommitResponse>(token);
  return errorName(answer?.topics[0]?.partitions[0]?.errorCode ?? -1);
}

function end(driver: GroupDriver, isCommit: boolean, change: Partial<typeof producer> = {}): void {
  driver.put((shard, own) => shard.endTransaction(driver.moment, own, { ...producer, isCommit, ...change }));
}

/** What a consumer hears that wants what no transaction may change any more, and one that does not mind. */
function fetched(driver: GroupDriver): readonly (number | ErrorName)[] {
  return [true, false].map((requireStable) => {
    const topics = [{ name: 'topic', topicId: zeroUuid, partitionIndexes: [0] }];
    const { groupId } = driver;
    const groups = [{ groupId, memberId: null, memberEpoch: -1, topics }];
    const token = driver.put((shard, own) =>
      shard.offsetFetch(
        driver.moment,
        own,
        { ...driver.scope, apiVersion: 9 },
        {
          ...{ groupId: '', topics: [], groups, requireStable },
        },
      ),
    );
    const found = driver.answer<OffsetFetchResponse>(token)?.groups?.[0]?.topics[0]?.partitions[0];
    const error = errorName(found?.errorCode ?? -1);
    return error === 'NONE' ? (found?.committedOffset ?? -1) : error;
  });
}

test('an offset counts once its transaction is committed, and never where it is aborted', () => {
  const driver = new GroupDriver();
  expect(commit(driver, 5)).toBe('NONE');
  expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', -1]);
  end(driver, true);
  expect(fetched(driver)).toEqual([5, 5]);
  commit(driver, 9);
  expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', 5]);
  end(driver, false);
  expect(fetched(driver)).toEqual([5, 5]);
});

test('what is pending is pending behind a restart, also one that begins with a snapshot', () => {
  for (const isFromSnapshot of [false, true]) {
    const driver = new GroupDriver();
    driver.commitOffset(2);
    commit(driver, 5);
    if (isFromSnapshot) driver.log = [...driver.shard.snapshot()];
    driver.restart();
    expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', 2]);
    end(driver, true);
    driver.restart();
    expect(fetched(driver)).toEqual([5, 5]);
  }
});

test('the end of an earlier transaction of the producer leaves a later one’s offsets as they are', () => {
  const driver = new GroupDriver();
  commit(driver, 5);
  end(driver, true, { producerEpoch: 2 });
  end(driver, true, { producerId: 8 });
  expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', -1]);
  end(driver, true, { producerEpoch: 4 });
  expect(fetched(driver)).toEqual([5, 5]);
});

test('two producers’ offsets of one partition are both waited for', () => {
  const driver = new GroupDriver();
  commit(driver, 5);
  commit(driver, 6, { producerId: 8 });
  end(driver, true);
  expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', 5]);
  end(driver, true, { producerId: 8 });
  expect(fetched(driver)).toEqual([6, 6]);
});

test('members are fenced as they are in plain commits, and a producer that says nothing of them is not (KIP-447)', () => {
  const driver = new GroupDriver();
  const { ids, generationId } = driver.stableGroup({});
  const [memberId = ''] = ids;
  expect(commit(driver, 1, { memberId, generationId })).toBe('NONE');
  expect(commit(driver, 1, { memberId, generationId: generationId - 1 })).toBe('ILLEGAL_GENERATION');
  expect(commit(driver, 1, { memberId: 'stranger', generationId })).toBe('UNKNOWN_MEMBER_ID');
  expect(commit(driver, 1)).toBe('NONE');
  expect(commit(new GroupDriver(), 1, { generationId: 1 })).toBe('ILLEGAL_GENERATION');
  expect(commit(driver, 1, { error: 'INVALID_TXN_STATE' })).toBe('INVALID_TXN_STATE');
});

test('an offset that a transaction may change does not expire, nor does its group', () => {
  const driver = new GroupDriver({ offsetsRetentionMs: 1_000, offsetsRetentionCheckMs: 500 });
  driver.commitOffset(2);
  commit(driver, 5);
  driver.advance(10_000);
  expect(fetched(driver)).toEqual(['UNSTABLE_OFFSET_COMMIT', 2]);
  end(driver, false);
  driver.advance(10_000);
  expect(fetched(driver)).toEqual([-1, -1]);
  expect(driver.account.bytes).toBe(0);
});

test('what is pending is counted, and refused where the cluster’s room is used up', () => {
  const driver = new GroupDriver();
  commit(driver, 5);
  const { bytes } = driver.account;
  driver.account.bytesMax = bytes;
  expect(commit(driver, 5, { producerId: 8 })).toBe('POLICY_VIOLATION');
  end(driver, false);
  expect(driver.account.bytes).toBeLessThan(bytes);
});
