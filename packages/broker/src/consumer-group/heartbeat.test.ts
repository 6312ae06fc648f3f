import { describe, expect, test } from 'vitest';
import { type Beaten, ConsumerDriver, owning, places, topicId } from './consumer-driver.ts';

const [zero, one] = [`${topicId('a')}/0`, `${topicId('a')}/1`];

function driverOf(partitionCount = 2): ConsumerDriver {
  const driver = new ConsumerDriver();
  driver.setTopic('a', partitionCount);
  return driver;
}

function given({ assignment }: Beaten): string[] | null {
  return assignment ? places(assignment.topicPartitions) : null;
}

/** `first` owns both partitions, `second` has come, and `first` is told to let go of one. */
function sharing() {
  const driver = driverOf();
  const alone = driver.come('first', ['a']);
  const second = driver.come('second', ['a']);
  const told = driver.beat('first', alone.memberEpoch, { topicPartitions: owning([zero, one]) });
  return { driver, alone, second, told, kept: given(told) ?? [] };
}

test('a member alone has every partition, and two have one each once the first has given back', () => {
  const { driver, alone, second, told, kept } = sharing();
  expect(given(alone)).toEqual([zero, one]);
  expect(given(second)).toEqual([]);
  expect(kept).toHaveLength(1);
  expect(told.memberEpoch).toBe(alone.memberEpoch);
  expect(given(driver.beat('second', second.memberEpoch))).toBeNull();
  const gaveBack = driver.beat('first', alone.memberEpoch, { topicPartitions: owning(kept) });
  expect(gaveBack.memberEpoch).toBe(second.memberEpoch);
  const got = given(driver.beat('second', second.memberEpoch));
  expect([...(got ?? []), ...kept].sort()).toEqual([zero, one]);
});

test('nothing is taken from a member that says nothing of what it owns', () => {
  const { driver, alone, second } = sharing();
  for (let count = 0; count < 3; count += 1) driver.beat('first', alone.memberEpoch);
  expect(given(driver.beat('second', second.memberEpoch))).toBeNull();
  expect(driver.told().currents.get('first')?.state).toBe('unrevoked');
});

test('a member that does not give back is out after its own rebalance time, however often it is heard of', () => {
  const { driver, alone, second } = sharing();
  driver.advance(19_999);
  expect(driver.beat('first', alone.memberEpoch).error).toBe('NONE');
  driver.advance(1);
  expect(driver.beat('first', alone.memberEpoch).error).toBe('UNKNOWN_MEMBER_ID');
  expect(given(driver.beat('second', second.memberEpoch))).toEqual([zero, one]);
});

test('a member that is not heard of for the session is out, and its part goes to the others', () => {
  const driver = driverOf();
  driver.come('first', ['a']);
  driver.advance(44_999);
  const second = driver.come('second', ['a']);
  expect(given(second)).toEqual([]);
  driver.advance(1);
  expect(given(driver.beat('second', second.memberEpoch))).toEqual([zero, one]);
  expect(driver.beat('first', 1).error).toBe('UNKNOWN_MEMBER_ID');
});

test('what a member leaves behind goes to the others, and an empty group begins again', () => {
  const driver = driverOf();
  const first = driver.come('first', ['a']);
  const second = driver.come('second', ['a']);
  expect(driver.beat('first', -1).error).toBe('NONE');
  expect(given(driver.beat('second', second.memberEpoch))).toEqual([zero, one]);
  driver.beat('second', -1);
  const again = driver.come('first', ['a']);
  expect(given(again)).toEqual([zero, one]);
  expect(again.memberEpoch).toBeGreaterThan(first.memberEpoch);
});

describe('epochs', () => {
  test('a member whose answer was lost goes on from its epoch before, if it owns nothing else', () => {
    const { driver, alone, kept } = sharing();
    const lost = driver.beat('first', alone.memberEpoch, { topicPartitions: owning(kept) });
    const again = driver.beat('first', alone.memberEpoch, { topicPartitions: owning(kept) });
    expect(again).toMatchObject({ error: 'NONE', memberEpoch: lost.memberEpoch });
    expect(driver.beat('first', alone.memberEpoch).error).toBe('FENCED_MEMBER_EPOCH');
    const more = { topicPartitions: owning([zero, one]) };
    expect(driver.beat('first', alone.memberEpoch, more).error).toBe('FENCED_MEMBER_EPOCH');
  });

  test('an epoch that nobody was given, or that is long gone, is fenced', () => {
    const driver = driverOf();
    const { memberEpoch } = driver.come('first', ['a']);
    expect(driver.beat('first', memberEpoch + 1).error).toBe('FENCED_MEMBER_EPOCH');
    driver.setTopic('a', 3);
    driver.beat('first', memberEpoch);
    driver.setTopic('a', 4);
    driver.beat('first', memberEpoch + 1);
    expect(driver.beat('first', memberEpoch, { topicPartitions: [] }).error).toBe('FENCED_MEMBER_EPOCH');
  });

  test('nobody is a member of a group that there is not, or that does not know them', () => {
    const driver = driverOf();
    expect(driver.beat('first', 1).error).toBe('GROUP_ID_NOT_FOUND');
    driver.come('first', ['a']);
    expect(driver.beat('other', 1).error).toBe('UNKNOWN_MEMBER_ID');
    expect(driver.beat('other', -1).error).toBe('UNKNOWN_MEMBER_ID');
  });
});

describe('static members', () => {
  const named = { instanceId: 'fixed' };

  test('a name that is in use is not given to another, and the member of before goes on', () => {
    const driver = driverOf();
    const { memberEpoch } = driver.come('first', ['a'], named);
    expect(driver.come('second', ['a'], named).error).toBe('UNRELEASED_INSTANCE_ID');
    expect(driver.beat('first', memberEpoch, named).error).toBe('NONE');
  });

  test('who comes back under its name has what it had, and nobody else had it meanwhile', () => {
    const driver = driverOf();
    driver.come('first', ['a'], named);
    expect(driver.beat('first', -2, named)).toMatchObject({ error: 'NONE', memberEpoch: -2 });
    expect(given(driver.come('other', ['a']))).toEqual([]);
    const back = driver.come('second', ['a'], named);
    expect(given(back)).toHaveLength(1);
    expect(driver.beat('first', 1, named).error).toBe('FENCED_INSTANCE_ID');
  });

  test('the place of a static member that does not come back is kept for its session', () => {
    const driver = driverOf();
    driver.come('first', ['a'], named);
    const { memberEpoch } = driver.come('other', ['a']);
    driver.beat('first', -2, named);
    driver.advance(44_000);
    expect(given(driver.beat('other', memberEpoch))).toBeNull();
    driver.advance(1_000);
    expect(given(driver.beat('other', memberEpoch))).toEqual([zero, one]);
  });
});

describe('commits', () => {
  const commit = (driver: ConsumerDriver, memberId: string, generationId: number, topic = 'a') => {
    driver.scope = { ...driver.scope, apiVersion: 9 };
    return driver.commitOffset(7, { memberId, generationId, topic, topicId: topicId(topic) });
  };

  test('are taken from a member at its epoch, and from nobody else while the group has members', () => {
    const driver = driverOf();
    const { memberEpoch } = driver.come('first', ['a']);
    expect(commit(driver, 'first', memberEpoch)).toBe('NONE');
    expect(commit(driver, 'first', memberEpoch + 1)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'first', -1)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'other', memberEpoch)).toBe('UNKNOWN_MEMBER_ID');
    expect(commit(driver, '', -1)).toBe('UNKNOWN_MEMBER_ID');
    driver.beat('first', -1);
    expect(commit(driver, '', -1)).toBe('NONE');
  });

  test('of an older epoch are taken for what the member has had since then, and for nothing else', () => {
    const driver = driverOf();
    const { memberEpoch } = driver.come('first', ['a', 'later']);
    driver.setTopic('later', 1);
    expect(driver.beat('first', memberEpoch).memberEpoch).toBe(memberEpoch + 1);
    expect(commit(driver, 'first', memberEpoch)).toBe('NONE');
    expect(commit(driver, 'first', memberEpoch, 'later')).toBe('STALE_MEMBER_EPOCH');
    expect(commit(driver, 'first', memberEpoch + 1, 'later')).toBe('NONE');
  });

  test('are not taken of clients that could not tell what they are refused for', () => {
    const driver = driverOf();
    const { memberEpoch } = driver.come('first', ['a']);
    driver.scope = { ...driver.scope, apiVersion: 8 };
    expect(driver.commitOffset(7, { memberId: 'first', generationId: memberEpoch })).toBe(
      'UNSUPPORTED_VERSION',
    );
  });
});
