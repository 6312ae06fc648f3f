import type { Uuid } from './model.ts';

/** Gives that many bytes that nobody can foresee (or, in tests, that a seed fixes). */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * A random topic id: an RFC 9562 version 4 UUID as Kafka prints it. Never with a leading '-', which command
 * lines would read as an option (Kafka's Uuid.randomUuid does the same); the version bits keep it clear of
 * Kafka's reserved ids, which are all small numbers.
 */
export function newTopicId(randomBytes: RandomBytes): Uuid {
  for (;;) {
    const bytes = Buffer.from(randomBytes(16));
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const text = bytes.toString('base64url');
    if (!text.startsWith('-')) return text;
  }
}
