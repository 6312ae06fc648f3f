import type { ShownBytes } from '@weir/contracts/records';
import { shownBytesMax } from './limits.ts';

/** Bytes as well as they can be shown, `bytesMax` of them: a JSON object or array, else text, else base64. Pure. */
export const showBytes = (bytes: Uint8Array | null, bytesMax = shownBytesMax): ShownBytes | null => {
  if (bytes === null) return null;
  const truncated = bytes.length > bytesMax;
  const part = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, bytesMax));
  const text = decodeUtf8(part, truncated);
  const facts = { size_bytes: bytes.length, truncated };
  if (text === null) return { encoding: 'base64', data: part.toString('base64'), ...facts };
  return { encoding: !truncated && isJson(text) ? 'json' : 'utf8', data: text, ...facts };
};

/** Null if it is no text. Where it was cut, a character at the end may be cut too. */
const decodeUtf8 = (bytes: Buffer, truncated: boolean): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: truncated });
  } catch {
    // Not UTF-8, which is an answer here and no failure.
    return null;
  }
};

/** Objects and arrays only: that a number or a word is JSON too helps nobody. */
const isJson = (text: string): boolean => {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Text that only looks like it.
    return false;
  }
};
