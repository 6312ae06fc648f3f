import { createHmac, timingSafeEqual } from 'node:crypto';

/** What both ends of a connection between brokers have said, and vouch for. */
export interface Introduction {
  readonly brokerId: number;
  readonly bootEpoch: number;
  readonly toBrokerId: number;
  readonly callerNonce: Buffer;
  readonly listenerNonce: Buffer;
}

export const nonceBytes = 16;

/** HMAC-SHA-256 (RFC 2104) over all of it, different for each end, so that neither can hand the other's back. */
export function peerProof(secret: Buffer, end: 'caller' | 'listener', said: Introduction): Buffer {
  const numbers = Buffer.alloc(12);
  numbers.writeInt32BE(said.brokerId, 0);
  numbers.writeInt32BE(said.bootEpoch, 4);
  numbers.writeInt32BE(said.toBrokerId, 8);
  const hmac = createHmac('sha256', secret).update(`weir peer ${end}`).update(numbers);
  return hmac.update(said.callerNonce).update(said.listenerNonce).digest();
}

export function isProof(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
