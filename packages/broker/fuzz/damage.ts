import type { Random } from '../abuse/random.ts';

/** At the ends of what a number can be, and what lengths and counts stand for. */
const numbers = [-1, 0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, -0x8000_0000];

/** Varints of Protocol Buffers that are long, or longer than any number. */
const varints = [
  [0x80, 0x00],
  [0xff, 0xff, 0x03],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
].map((bytes) => Buffer.from(bytes));

const repeatsMax = 200;
const insertedBytesMax = 40;

type Damage = (bytes: Buffer, random: Random) => Buffer;

const flipBit: Damage = (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
};

const setByte: Damage = (bytes, random) => {
  bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
};

/** A number of one, two or four bytes, wherever it lands. */
const setNumber: Damage = (bytes, random) => {
  const width = [1, 2, 4][random.below(3)] ?? 1;
  if (bytes.length < width) return bytes;
  const value = numbers[random.below(numbers.length)] ?? 0;
  const at = random.below(bytes.length - width + 1);
  const unsigned = width === 4 ? value >>> 0 : value & (width === 2 ? 0xffff : 0xff);
  bytes.writeUIntBE(unsigned, at, width);
  return bytes;
};

const setVarint: Damage = (bytes, random) => {
  const varint = varints[random.below(varints.length)] ?? Buffer.alloc(1);
  varint.copy(bytes, random.below(bytes.length));
  return bytes;
};

const cutEnd: Damage = (bytes, random) => bytes.subarray(0, random.below(bytes.length));

const takeOut: Damage = (bytes, random) => {
  const from = random.below(bytes.length);
  const to = from + 1 + random.below(Math.min(bytes.length - from, insertedBytesMax));
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const putIn: Damage = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  const more = random.bytes(1 + random.below(insertedBytesMax));
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
};

/** A part again and again, as an array with more elements than its count says. */
const repeat: Damage = (bytes, random) => {
  const from = random.below(bytes.length);
  const part = bytes.subarray(from, from + 1 + random.below(Math.min(bytes.length - from, insertedBytesMax)));
  const times = 1 + random.below(repeatsMax);
  return Buffer.concat([
    bytes.subarray(0, from),
    ...new Array<Buffer>(times).fill(part),
    bytes.subarray(from),
  ]);
};

const allDamage = [flipBit, setByte, setNumber, setNumber, setVarint, cutEnd, takeOut, putIn, repeat];

/** A copy with up to so many things wrong, and at least one. Nothing can be wrong with no bytes. */
export function damaged(bytes: Buffer, random: Random, mostDamage = 4): Buffer {
  let out: Buffer = Buffer.from(bytes);
  for (let left = 1 + random.below(mostDamage); left > 0 && out.length > 0; left -= 1) {
    const damage = allDamage[random.below(allDamage.length)] ?? flipBit;
    out = damage(out, random);
  }
  return out;
}
