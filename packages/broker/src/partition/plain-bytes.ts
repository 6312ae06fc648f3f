import { plainBytesFloor, plainBytesMaxPerBatch, plainBytesPerMessageByte } from '../limits.ts';

/**
 * What a batch of a topic may grow to when somebody looks into it. Consumers must decompress it too, so
 * nobody honest comes near: compressed text grows five to tenfold.
 */
export function plainBytesMax(messageBytesMax: number): number {
  const byTopic = Math.max(messageBytesMax * plainBytesPerMessageByte, plainBytesFloor);
  return Math.min(byTopic, plainBytesMaxPerBatch);
}
