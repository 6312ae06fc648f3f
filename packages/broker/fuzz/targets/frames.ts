import type { Random } from '../../abuse/random.ts';
import { FrameAssembler } from '../../src/memory/frame-assembler.ts';
import { FramePool } from '../../src/memory/frame-pool.ts';
import { damaged } from '../damage.ts';
import type { Target } from '../target.ts';

const frameBytesMax = 4_000;
const framesMax = 12;

interface Cut {
  readonly frames: readonly string[];
  /** Why the connection would be closed; null: it would not. */
  readonly refused: string | null;
}

/** What an assembler makes of the stream when it comes in pieces of at most so many bytes. */
function cut(stream: Buffer, random: Random, pieceMax: number): Cut {
  const frames: string[] = [];
  const assembler = new FrameAssembler(
    new FramePool(1 << 20, false),
    () => frameBytesMax,
    (frame) => {
      frames.push(frame.buffer.toString('latin1', 0, frame.length));
      frame.release();
    },
  );
  for (let at = 0; at < stream.length; ) {
    const end = Math.min(at + 1 + random.below(pieceMax), stream.length);
    let left: Buffer | null = stream.subarray(at, end);
    while (left !== null) {
      const refusal = assembler.push(left, 1 + random.below(framesMax));
      if (refusal !== null) return { frames, refused: refusal.kind };
      left = assembler.uncut;
    }
    at = end;
  }
  assembler.close();
  return { frames, refused: null };
}

/** By the protocol's text alone: a size and so many bytes, again and again. */
function expected(stream: Buffer): Cut {
  const frames: string[] = [];
  for (let at = 0; at + 4 <= stream.length; ) {
    const size = stream.readInt32BE(at);
    const end = at + 4 + size;
    // A size is looked at with the API key behind it, where the frame is to have one.
    if (size >= 2 && at + 6 > stream.length && size <= 100 * 1024 * 1024) break;
    if (size < 0) return { frames, refused: 'negative' };
    if (size > frameBytesMax) return { frames, refused: 'too-large' };
    if (end > stream.length) break;
    frames.push(stream.toString('latin1', at + 4, end));
    at = end;
  }
  return { frames, refused: null };
}

function attempt(random: Random): string | null {
  const parts: Buffer[] = [];
  for (let left = 1 + random.below(framesMax); left > 0; left -= 1) {
    const bytes = random.bytes(random.below(random.below(10) === 0 ? frameBytesMax : 60));
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes.length);
    parts.push(size, bytes);
  }
  const sound = Buffer.concat(parts);
  const stream = random.below(3) === 0 ? sound : damaged(sound, random);
  const pieceMax = [1, 7, 100, 10_000][random.below(4)] ?? 1;
  const [got, want] = [cut(stream, random, pieceMax), expected(stream)];
  if (got.refused !== want.refused) return `refused as ${got.refused}, and should be as ${want.refused}`;
  return got.frames.join('|') === want.frames.join('|') ? null : 'other frames than the stream has';
}

/** What cuts a connection's bytes into requests. */
export const frames: Target = {
  name: 'frames',
  does: 'streams in pieces of every size, with sizes that lie, to what makes frames of them',
  cpuMsMax: 300,
  attempt,
};
