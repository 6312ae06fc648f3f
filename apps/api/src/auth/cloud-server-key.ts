import { hkdfSync } from 'node:crypto';

/** The key under which verifiers of cloud keys are made. Derived, so that one secret is to be kept. */
export const cloudServerKey = (authSecret: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', authSecret, '', 'weir cloud keys', 32));
