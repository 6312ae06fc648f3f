import { describe, expect, it } from 'vitest';
import { FairTurns } from './fair-turns.ts';

const limits = { atWorkMax: 4, atWorkPerKeyMax: 3, waitingPerKeyMax: 5 };

/** Takes turns and remembers in which order they began. */
const stage = () => {
  const turns = new FairTurns(limits);
  const begun: string[] = [];
  const take = (name: string) => turns.take(name.slice(0, 1), () => begun.push(name));
  return { begun, take };
};

describe('turns', () => {
  it('begin at once while there is room for the key and for all', () => {
    const { begun, take } = stage();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2']) take(name);
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  it('go round: who came last with one comes before the rest of a flood', () => {
    const { begun, take } = stage();
    const leaves = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map(take);
    take('b1');
    take('b2');
    take('c1');
    leaves[0]?.();
    leaves[1]?.();
    leaves[2]?.();
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'a4']);
  });

  it('are refused beyond what may wait of one key, and of no other', () => {
    const { begun, take } = stage();
    const all = Array.from({ length: 3 + 5 + 2 }, (_, at) => take(`a${at}`));
    expect(all.map((leave) => leave === null)).toEqual([...Array(8).fill(false), true, true]);
    expect(take('b1')).not.toBeNull();
    expect(begun).toContain('b1');
  });

  it('of one key are given in the order in which they were asked for', () => {
    const { begun, take } = stage();
    const leaves = Array.from({ length: 6 }, (_, at) => take(`a${at}`));
    for (const leave of leaves) leave?.();
    expect(begun).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
  });

  it('that are given up while they wait never begin, and make room', () => {
    const { begun, take } = stage();
    const leaves = Array.from({ length: 8 }, (_, at) => take(`a${at}`));
    leaves[4]?.();
    leaves[4]?.();
    expect(take('a8')).not.toBeNull();
    for (const leave of leaves) leave?.();
    expect(begun).not.toContain('a4');
    expect(begun).toContain('a8');
  });

  it('end once, however often they are left', () => {
    const { begun, take } = stage();
    const first = take('a1');
    for (const name of ['a2', 'a3', 'a4', 'a5']) take(name);
    first?.();
    first?.();
    first?.();
    expect(begun).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  it('that end before they have begun anything leave nothing behind', () => {
    const turns = new FairTurns({ ...limits, atWorkMax: 1 });
    const begun: string[] = [];
    for (let turn = 0; turn < 1_000; turn++) turns.take(`${turn}`, () => begun.push('x'))?.();
    expect(begun).toHaveLength(1_000);
  });
});
