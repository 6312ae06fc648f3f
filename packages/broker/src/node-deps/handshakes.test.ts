import { expect, test } from 'vitest';
import { handshakesAtOnceMax, handshakesPerSecMax, handshakesUnderWayPerAddressMax } from '../limits.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { Handshakes } from './handshakes.ts';

function open() {
  const engine = new Engine();
  const handshakes = new Handshakes(engine.clock);
  const begun: string[] = [];
  const gone: string[] = [];
  const arrive = (remoteAddress: string, name = remoteAddress) => {
    const newcomer = {
      remoteAddress,
      begin: () => void begun.push(name),
      displaced: () => void gone.push(name),
    };
    handshakes.arrived(newcomer);
    return newcomer;
  };
  return { engine, handshakes, begun, gone, arrive };
}

test('who comes to a quiet door is let in at once', () => {
  const { arrive, begun } = open();
  arrive('a');
  expect(begun).toEqual(['a']);
});

test('of a flood so many begin in a second, and who comes beside it has the next turn', async () => {
  const { engine, handshakes, arrive, begun, gone } = open();
  const flood = Array.from({ length: 200 }, () => arrive('flood'));
  expect(begun).toHaveLength(handshakesAtOnceMax);
  arrive('quiet');
  await engine.pass(6);
  expect(begun.slice(handshakesAtOnceMax)).toContain('quiet');
  for (const newcomer of flood.slice(0, 50)) handshakes.left(newcomer);
  const before = begun.length;
  await engine.pass(100);
  const most = handshakesPerSecMax / 10;
  expect(begun.length - before).toBeGreaterThan(most / 2);
  expect(begun.length - before).toBeLessThanOrEqual(most);
  expect(gone).toEqual([]);
});

test('who begins and does not go on has to go when too many of its address do so', async () => {
  const { engine, arrive, gone } = open();
  arrive('a', 'oldest');
  for (let count = 0; count < handshakesUnderWayPerAddressMax; count += 1) arrive('a', `a${count}`);
  arrive('b');
  await engine.pass(1_000);
  expect(gone).toEqual(['oldest']);
});
