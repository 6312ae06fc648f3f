import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { decodeResponseHeader } from '@weir/kafka-protocol/headers';
import { Reader } from '@weir/kafka-protocol/reader';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { expect, test } from 'vitest';
import { wideRequestBytesMin, wideRequestsPerClusterMax } from '../limits.ts';
import { answerOf, openDispatcher } from '../testing/dispatcher-for-tests.ts';
import { requestFrame } from '../testing/raw-client.ts';
import type { Answer } from './answer.ts';

const asking = (count: number, name: string) =>
  requestFrame(metadataApi, 12, {
    topics: Array.from({ length: count }, (_, index) => ({ topicId: zeroUuid, name: `${name}-${index}` })),
    allowAutoTopicCreation: false,
  });

function namesIn(answer: Answer): (string | null)[] {
  const reader = new Reader(Buffer.concat(answer.buffers).subarray(4));
  decodeResponseHeader(reader, metadataApi, 12);
  return metadataApi.decodeResponse(reader, 12).topics.map(({ name }) => name);
}

test('a request of many elements is decoded in turns: what is wrong at its end shows only after them', async () => {
  const { engine, connect, dispatch } = await openDispatcher();
  const torn = asking(3_000, 'torn');
  // The last name claims more than there is.
  torn.fill(0xff, torn.length - 12);
  const started = dispatch(connect(1), torn);
  expect(started.kind).toBe('pending');
  expect((await engine.run(answerOf(started))).close).toBe('malformed request');
});

test('wide requests that take turns with each other are each answered as if they were alone', async () => {
  const { engine, connect, dispatch } = await openDispatcher();
  const started = ['left', 'middle', 'right'].map((name, index) =>
    dispatch(connect(index), asking(2_000, name)),
  );
  const answers = await engine.run(Promise.all(started.map(answerOf)));
  ['left', 'middle', 'right'].forEach((name, index) => {
    const names = answers[index] === undefined ? [] : namesIn(answers[index]);
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 2_000 }, (_, at) => `${name}-${at}`)));
  });
});

test('nothing more is done for a client that is gone', async () => {
  const { engine, connect, dispatch } = await openDispatcher();
  const client = connect(1);
  const started = dispatch(client, asking(3_000, 'gone'));
  client.hasEnded = true;
  expect((await engine.run(answerOf(started))).close).toBe('the client is gone');
  expect(engine.events).not.toContain('request.failed');
});

test('of one cluster so many wide requests are worked on at once, and those behind them are answered as well', async () => {
  const { engine, connect, dispatch, passed } = await openDispatcher();
  const wide = asking(8_000, 'a-name-that-makes-it-wide');
  expect(wide.length).toBeGreaterThan(wideRequestBytesMin);
  const endedAtRound: number[] = [];
  const count = 2 * wideRequestsPerClusterMax;
  const answers = Array.from({ length: count }, (_, index) =>
    answerOf(dispatch(connect(index), wide)).then((answer) => {
      endedAtRound.push(passed.rounds);
      return namesIn(answer).length;
    }),
  );
  expect(await engine.run(Promise.all(answers))).toEqual(new Array(count).fill(8_000));
  // Were all worked on at once, they would all end together.
  expect(endedAtRound[wideRequestsPerClusterMax - 1]).toBeLessThan(0.7 * passed.rounds);
});
