import type { Compression } from '@weir/kafka-protocol/records';

let loaded: Compression | null = null;

/** Loads the native decompressors, which most brokers never need: batches pass through as they are. */
export async function loadCompression(): Promise<Compression> {
  loaded ??= (await import('@weir/kafka-protocol/compression')).compression;
  return loaded;
}

/** What was loaded before; asking earlier is a mistake of the caller. */
export function loadedCompression(): Compression {
  if (loaded === null) throw new Error('decompression was needed before it was loaded');
  return loaded;
}
