/** Sixteen bytes as Kafka prints them (`Uuid.toString`): base64url without padding, 22 characters. */
export type Uuid = string;

/** Kafka's "no uuid": sixteen zero bytes. */
export const zeroUuid: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

export const uuidBytes = 16;
export const uuidCharacters = 22;
