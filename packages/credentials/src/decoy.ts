import { createHmac } from 'node:crypto';
import { digestBytes, type ScramHash, type ScramVerifier, scramIterations, scramSaltBytes } from './scram.ts';

/**
 * A verifier for a user who does not exist. It is the same for the same name and key, as a real one would
 * be, so that neither its salt nor the time it takes tells that the name is unknown; and no secret
 * satisfies it, since its stored key is not the hash of anything that we or a client could find.
 */
export const decoyVerifier = (hash: ScramHash, username: string, decoyKey: Uint8Array): ScramVerifier => {
  const derived = (purpose: string, length: number) =>
    createHmac('sha512', decoyKey).update(`${purpose}\0${hash}\0${username}`).digest().subarray(0, length);
  return {
    salt: derived('salt', scramSaltBytes).toString('base64'),
    iterations: scramIterations,
    storedKey: derived('stored key', digestBytes(hash)).toString('base64'),
    serverKey: derived('server key', digestBytes(hash)).toString('base64'),
  };
};
