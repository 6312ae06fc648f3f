import { expect, test } from 'vitest';
import type { Answer } from '../dispatch/answer.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { TestTransport } from '../testing/transport-for-tests.ts';
import { Outbox } from './outbox.ts';

function answering() {
  const { clock } = new Engine();
  const transport = new TestTransport();
  transport.takesAtOnce = false;
  const events = { left: () => undefined, flushed: () => undefined, taken: () => undefined };
  const outbox = new Outbox(clock, transport, events, 1 << 20);
  const served: string[] = [];
  const answer = (name: string, close: string | null = null): Answer => {
    const taken = () => void served.push(name);
    return { buffers: [Buffer.from(name)], frames: [], throttleMs: 0, close, taken };
  };
  return { transport, outbox, served, answer };
}

test('an answer counts as served when the kernel has taken all of it, and not where the connection ended first', async () => {
  const { transport, outbox, served, answer } = answering();
  outbox.settle(outbox.begin(1), answer('first'));
  await Promise.resolve();
  expect(served).toEqual([]);
  transport.takeAll();
  expect(served).toEqual(['first']);
  outbox.settle(outbox.begin(1), answer('second'));
  await Promise.resolve();
  transport.takeNone();
  outbox.isClosed = true;
  outbox.settle(outbox.begin(1), answer('third'));
  await Promise.resolve();
  expect(served).toEqual(['first']);
});

test('answers behind one that ends the connection are not served', async () => {
  const { transport, outbox, served, answer } = answering();
  const slots = [outbox.begin(1), outbox.begin(1)] as const;
  outbox.settle(slots[0], answer('last words', 'refused'));
  outbox.settle(slots[1], answer('too late'));
  await Promise.resolve();
  transport.takeAll();
  expect(served).toEqual(['last words']);
  expect(Buffer.concat(transport.written).toString()).toBe('last words');
});
