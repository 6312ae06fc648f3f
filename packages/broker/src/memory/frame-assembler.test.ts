import { createSeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { FrameAssembler, type FrameRefusal } from './frame-assembler.ts';
import { FramePool } from './frame-pool.ts';

const random = createSeededRandom(7);

function framed(...bodies: Buffer[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body) => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(body.length);
      return [size, body];
    }),
  );
}

function assemble(chunks: readonly Buffer[], bytesMax = 1000) {
  const pool = new FramePool(1 << 20, true);
  const frames: Buffer[] = [];
  const assembler = new FrameAssembler(
    pool,
    () => bytesMax,
    (frame) => {
      frames.push(Buffer.from(frame.buffer.subarray(0, frame.length)));
      frame.release();
    },
  );
  let refusal: FrameRefusal | null = null;
  for (const chunk of chunks) {
    refusal = assembler.push(Buffer.from(chunk));
    if (refusal !== null) break;
  }
  return { frames, refusal, assembler, pool };
}

const bodies = [5, 0, 1, 300, 4].map((length) => random.bytes(length));
const stream = framed(...bodies);

test('gives the same frames wherever the stream is cut in two', () => {
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const { frames, refusal } = assemble([stream.subarray(0, cut), stream.subarray(cut)]);
    expect(refusal).toBeNull();
    expect(frames).toEqual(bodies);
  }
});

test('gives the same frames when every byte comes alone', () => {
  expect(assemble([...stream].map((byte) => Buffer.from([byte]))).frames).toEqual(bodies);
});

test('refuses a size above the bound before it takes memory for it', () => {
  const { refusal, pool, frames } = assemble([framed(Buffer.alloc(1001)).subarray(0, 6)]);
  expect(refusal).toEqual({ kind: 'too-large', size: 1001, bytesMax: 1000 });
  expect(frames).toEqual([]);
  expect(pool.bytesFree).toBe(0);
  expect(assemble([framed(Buffer.alloc(1000))]).frames).toHaveLength(1);
});

test('refuses a negative size', () => {
  expect(assemble([Buffer.from([0xff, 0xff, 0xff, 0xff])]).refusal).toEqual({ kind: 'negative' });
});

test('gives back the buffer of a frame that never ended', () => {
  const { assembler, pool } = assemble([stream.subarray(0, 6)]);
  expect(pool.bytesFree).toBe(0);
  assembler.close();
  expect(pool.bytesFree).toBe(512);
});

test('each API has its own bound, told by its key before memory is taken', () => {
  const pool = new FramePool(1 << 20, true);
  const frames: number[] = [];
  const bytesMaxOf = (apiKey: number) => (apiKey === 7 ? 100 : 10);
  const push = (key: number, size: number, cut: number) => {
    const assembler = new FrameAssembler(pool, bytesMaxOf, (frame) => {
      frames.push(frame.length);
      frame.release();
    });
    const body = Buffer.alloc(size);
    if (size >= 2) body.writeInt16BE(key);
    const bytes = framed(body);
    return assembler.push(bytes.subarray(0, cut)) ?? assembler.push(bytes.subarray(cut));
  };
  for (let cut = 0; cut <= 20; cut += 1) {
    expect(push(7, 50, cut)).toBeNull();
    expect(push(8, 50, cut)).toEqual({ kind: 'too-large', size: 50, bytesMax: 10 });
    expect(push(8, 1, Math.min(cut, 5))).toBeNull();
  }
  expect(frames.length).toBe(42);
});

test('a large frame takes memory as its bytes come, and is whole in the end', () => {
  const size = 32 << 20;
  const pool = new FramePool(0, true);
  const frames: Buffer[] = [];
  const assembler = new FrameAssembler(
    pool,
    () => size,
    (frame) => {
      frames.push(Buffer.from(frame.buffer.subarray(0, frame.length)));
      frame.release();
    },
  );
  const body = random.bytes(size);
  const stream = framed(body);
  for (let at = 0; at < stream.length; at += 1_000_003) {
    const sent = Math.min(at + 1_000_003, stream.length);
    assembler.push(stream.subarray(at, sent));
    expect(pool.bytesTaken).toBeLessThanOrEqual(Math.max(4 * sent, 256 * 1024));
  }
  expect(frames.map((frame) => frame.equals(body))).toEqual([true]);
  expect(pool.bytesTaken).toBe(0);
});

test('who closes it when a frame comes gets no further one of the same chunk', () => {
  const pool = new FramePool(0);
  const taken: number[] = [];
  const assembler: FrameAssembler = new FrameAssembler(
    pool,
    () => 100,
    (frame) => {
      taken.push(frame.length);
      frame.release();
      if (taken.length === 3) assembler.close();
    },
  );
  assembler.push(Buffer.concat(new Array<Buffer>(1_000).fill(Buffer.from([0, 0, 0, 2, 7, 7]))));
  expect(taken).toEqual([2, 2, 2]);
});

test('gives the same frames when it stops after each few and goes on with what is left', () => {
  const bodies = Array.from({ length: 200 }, (_, index) => Buffer.alloc(index % 7, index));
  const frames: Buffer[] = [];
  const assembler = new FrameAssembler(
    new FramePool(0),
    () => 100,
    (frame) => {
      frames.push(Buffer.from(frame.buffer.subarray(0, frame.length)));
      frame.release();
    },
  );
  let left: Buffer | null = framed(...bodies);
  for (let cuts = 1; left !== null; cuts += 1) {
    assembler.push(left, 30);
    expect(frames).toHaveLength(Math.min(30 * cuts, 200));
    left = assembler.uncut;
  }
  expect(frames).toEqual(bodies);
});
