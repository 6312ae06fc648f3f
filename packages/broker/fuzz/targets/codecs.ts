import { compression } from '@weir/kafka-protocol/compression';
import { ProtocolError } from '@weir/kafka-protocol/protocol-error';
import type { Random } from '../../abuse/random.ts';
import { damaged } from '../damage.ts';
import { drawnCompression } from '../drawn-batch.ts';
import type { Target } from '../target.ts';

const outputBytesMax = 128 * 1024;

function drawnPlain(random: Random): Buffer {
  const bytes = random.bytes(1 + random.below(200));
  // Some of it repeats, so that there is something to compress; some grows past what is taken.
  return random.below(2) === 0 ? bytes : Buffer.alloc(random.below(2 * outputBytesMax), bytes);
}

function attempt(random: Random): string | null {
  const type = drawnCompression(random);
  const plain = drawnPlain(random);
  const stored = compression.compress(type, plain);
  const isDamaged = random.below(5) > 0;
  const bytes = isDamaged ? damaged(stored, random) : stored;
  let out: Buffer;
  try {
    out = compression.decompress(type, bytes, outputBytesMax);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    return isDamaged || plain.length > outputBytesMax ? null : `${type}: sound bytes are refused`;
  }
  if (out.length > outputBytesMax) return `${type}: ${out.length} bytes came of ${bytes.length}`;
  return isDamaged || out.equals(plain) ? null : `${type}: other bytes came out`;
}

/** The compressions, four of them made by others. */
export const codecs: Target = {
  name: 'codecs',
  does: 'compressed bytes, sound and damaged, to all decompressions with a bound on what comes out',
  cpuMsMax: 300,
  attempt,
};
