/** Sixteen bytes as Kafka prints them (`Uuid.toString`): base64url without padding, 22 characters. */
export type Uuid = string;

/** Kafka's "no uuid": sixteen zero bytes. */
export const zeroUuid: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

export const uuidBytes = 16;
export const uuidCharacters = 22;

/** The uuid in the sixteen bytes at `at`, which must lie within `bytes`. */
export function uuidFromBytes(bytes: Buffer, at = 0): Uuid {
  return bytes.toString('base64url', at, at + uuidBytes);
}

/** Whether the text is sixteen bytes in base64url, so that it survives the wire unchanged. */
export function isUuid(text: string): boolean {
  if (text.length !== uuidCharacters) return false;
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
