import type { OperationShape } from '@weir/contracts/operation';
import { operations } from '@weir/contracts/operations';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type About,
  type Answers,
  everybody,
  type Holder,
  type Lists,
  type Plain,
} from '../testing/access-expectation.ts';
import { askAbout, bodyOf, sendAs } from '../testing/access-requests.ts';
import { type AccessScene, type Ids, nobodys, startAccessScene } from '../testing/access-scene.ts';
import type { Answer } from '../testing/api-client.ts';
import { expectedAccess } from '../testing/expected-access.ts';

// Every operation × every role × its own object, one of the same organization beside it, another organization's, and
// none at all.

let scene: AccessScene;
beforeAll(async () => {
  scene = await startAccessScene();
}, 120_000);
afterAll(() => scene.stop());

/** That a broker did not answer in its time, or that all ask it at once, says nothing of who may. */
const attemptsMax = 6;
const pauseMs = 200;

/** One request about one object. */
const ask = async (
  holder: Holder,
  operation: OperationShape,
  expected: About,
  ids: Ids,
  attempt = 1,
): Promise<Answer> => {
  const answer = await askAbout(scene, holder, operation, expected, ids);
  if (![429, 503].includes(answer.status) || attempt >= attemptsMax) return answer;
  await new Promise((resolve) => setTimeout(resolve, attempt * pauseMs));
  return ask(holder, operation, expected, ids, attempt + 1);
};

/** The same objects, but that nobody has the one that it is about. */
const absentOf = (expected: About, ids: Ids, within: 'cluster' | 'nothing'): Ids =>
  expected.about === 'topic' || expected.about === 'consumer-group'
    ? within === 'cluster'
      ? { ...ids, [expected.about]: 'orders0absent' }
      : { ...ids, cluster: nobodys(ids.cluster) }
    : { ...ids, [expected.about]: nobodys(ids[expected.about]) };

const sameBytes = (one: Answer, other: Answer): void => {
  expect(one.status).toBe(other.status);
  expect(one.text).toBe(other.text);
  const kept = ['content-type', 'content-length', 'etag'];
  expect(kept.map((name) => one.headers.get(name))).toEqual(kept.map((name) => other.headers.get(name)));
};

const statusFor = (holder: Holder, { ok, forbidden = [] }: Answers, okStatus: number): number => {
  if (ok.includes(holder)) return okStatus;
  return forbidden.includes(holder) ? 403 : 404;
};

const takes = new Set([
  'deleteUser',
  'deleteInvitation',
  'deleteSsoDomain',
  'deleteGroupMapping',
  'deleteServiceAccount',
  'deleteSession',
  'deletePasskey',
]);

const checkAbout = async (holder: Holder, operation: OperationShape, expected: About): Promise<void> => {
  const okStatus = expected.okStatus ?? operation.status;
  const personal = expected.about === 'session' || expected.about === 'passkey';
  for (const where of ['own', 'aside'] as const) {
    const status = statusFor(holder, expected[where], okStatus);
    const ids: Ids = { ...scene[where] };
    const mine = personal && where === 'own';
    const needsFresh = mine || (takes.has(operation.id) && status === okStatus);
    const id = needsFresh
      ? await scene.fresh(expected.about, ids, scene.holder(holder))
      : ids[expected.about];
    const target = { ...ids, [expected.about]: id };
    // There is one organization only that one could be in.
    if (expected.about === 'organization' && where === 'aside') continue;
    const answer = await ask(holder, operation, expected, target);
    expect([where, answer.status, status === 404 ? '' : answer.text.slice(0, 200)]).toEqual([
      where,
      status,
      status === 404 ? '' : expect.any(String),
    ]);
    if (status !== 404) continue;
    // Who sees the cluster compares with one of its topics that is not there.
    const within = where === 'own' || holder === 'BillingAdmin' ? 'cluster' : 'nothing';
    sameBytes(answer, await ask(holder, operation, expected, absentOf(expected, target, within)));
  }
  const theirs = await ask(holder, operation, expected, scene.another);
  expect(['another', theirs.status]).toEqual(['another', 404]);
  sameBytes(theirs, await ask(holder, operation, expected, absentOf(expected, scene.another, 'nothing')));
  // And one that is nobody's, though everything else about the request is the caller's own.
  const none = await ask(holder, operation, expected, absentOf(expected, scene.own, 'nothing'));
  expect(['absent', none.status]).toEqual(['absent', 404]);
};

interface Listed {
  readonly id?: string;
  readonly organization_id?: string;
}

const checkLists = async (holder: Holder, operation: OperationShape, expected: Lists): Promise<void> => {
  const person = scene.holder(holder);
  const query = { page_size: '100', ...expected.query?.(scene.own) };
  const answer = await sendAs(scene, holder, operation, operation.path, query);
  expect([holder, answer.status]).toEqual([holder, 200]);
  const { data } = answer.body as { data: readonly Listed[] };
  const found = data.map((each) => each.id ?? each.organization_id ?? '');
  const counts =
    expected.lists === 'quota' || expected.lists === 'audit-event' || expected.lists === 'session';
  const mine = { passkey: person.passkey, membership: scene.own.organization };
  const idOf = (ids: Ids) => {
    if (expected.lists === 'passkey' || expected.lists === 'membership') return mine[expected.lists];
    return counts ? '' : ids[expected.lists as keyof Ids];
  };
  const has = (ids: Ids) => (counts ? found.length > 0 : found.includes(idOf(ids)));
  expect([holder, 'own', has(scene.own)]).toEqual([holder, 'own', expected.own.includes(holder)]);
  if (expected.aside.length > 0 || !['organization', 'passkey', 'membership'].includes(expected.lists)) {
    if (!counts)
      expect([holder, 'aside', has(scene.aside)]).toEqual([holder, 'aside', expected.aside.includes(holder)]);
  }
  for (const id of Object.values(scene.another)) {
    if (id !== scene.another.topic && id !== scene.another.principal) expect(answer.text).not.toContain(id);
  }
};

const checkPlain = async (holder: Holder, operation: OperationShape, expected: Plain): Promise<void> => {
  const answer = await sendAs(scene, holder, operation, operation.path, expected.query, bodyOf(expected));
  const status = expected.ok.includes(holder) ? (expected.okStatus ?? operation.status) : 403;
  expect([holder, answer.status, answer.text.slice(0, 200)]).toEqual([holder, status, expect.any(String)]);
};

describe('who may what', () => {
  it('is stated for every operation of the contracts, and for nothing else', () => {
    expect(Object.keys(expectedAccess).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
  });

  const cells = operations.flatMap((operation) => {
    const expected = expectedAccess[operation.id];
    return expected ? [[operation.id, operation, expected] as const] : [];
  });

  it.each(cells)('holds for every role: %s', { timeout: 120_000 }, async (_, operation, expected) => {
    const check = async (holder: Holder) => {
      try {
        if ('about' in expected) await checkAbout(holder, operation, expected);
        else if ('lists' in expected) await checkLists(holder, operation, expected);
        else await checkPlain(holder, operation, expected);
      } catch (cause) {
        throw new Error(`${operation.id} by ${holder}: ${cause instanceof Error ? cause.message : ''}`, {
          cause,
        });
      }
    };
    await Promise.all(everybody.map(check));
  });
});
