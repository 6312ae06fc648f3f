const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const rotation = 24;

/** MurmurHash2 with 32 bits, as Kafka's Utils.murmur2 has it: signed, so that vectors of Kafka's tests fit. */
export const murmur2 = (bytes: Uint8Array): number => {
  const { length } = bytes;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word =
      ((bytes[at] ?? 0) |
        ((bytes[at + 1] ?? 0) << 8) |
        ((bytes[at + 2] ?? 0) << 16) |
        ((bytes[at + 3] ?? 0) << 24)) >>>
      0;
    let mixed = Math.imul(word, multiplier);
    mixed ^= mixed >>> rotation;
    hash = Math.imul(hash, multiplier) ^ Math.imul(mixed, multiplier);
  }
  const left = length - at;
  if (left >= 3) hash ^= (bytes[at + 2] ?? 0) << 16;
  if (left >= 2) hash ^= (bytes[at + 1] ?? 0) << 8;
  if (left >= 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
};

/**
 * The partition of a record as Kafka's own producers choose it (BuiltInPartitioner), so that what comes here and
 * what comes from them with one key stays in one order. Without a key any will do: `random` is in [0, 1).
 */
export const choosePartition = (key: Uint8Array | null, partitions: number, random: number): number =>
  key === null ? Math.floor(random * partitions) : (murmur2(key) & 0x7fff_ffff) % partitions;
