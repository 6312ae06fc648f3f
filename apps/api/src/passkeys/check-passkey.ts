import { Inject, Injectable } from '@nestjs/common';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { Clock } from '@weir/runtime/clock';
import { CLOCK, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { PasskeyStore, type StoredCredential } from './passkey.store.ts';
import { relyingParty } from './relying-party.ts';

/** Signing in by a passkey: which person it is, if any. */
@Injectable()
export class CheckPasskey {
  constructor(
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(PasskeyStore) private readonly store: PasskeyStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Names no account and no key: the device knows which it has, and nobody else learns of it. */
  begin() {
    const { rpID } = relyingParty(this.settings.consoleUrl);
    return generateAuthenticationOptions({ rpID, userVerification: 'required' });
  }

  /**
   * Null for everything that is not right, in about the same time. The device must have made sure that it is its owner,
   * so that this is as much as a password and a second factor.
   */
  async finish(challenge: string, response: AuthenticationResponseJSON): Promise<{ userId: string } | null> {
    const known = typeof response.id === 'string' ? await this.store.findCredential(response.id) : null;
    if (known === null) return null;
    const counter = await this.#verify(known, challenge, response);
    if (counter === null) return null;
    const isTaken = await this.store.use(known.id, known.counter, counter, new Date(this.clock.now()));
    return isTaken ? { userId: known.userId } : null;
  }

  async #verify(known: StoredCredential, challenge: string, response: AuthenticationResponseJSON) {
    const { origin, rpID } = relyingParty(this.settings.consoleUrl);
    try {
      const { authenticationInfo, verified } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: challenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: { id: known.credentialId, publicKey: known.publicKey, counter: known.counter },
      });
      return verified ? authenticationInfo.newCounter : null;
    } catch {
      // The library throws whatever is wrong with it: a challenge of another, an old count, no proof of who it is.
      return null;
    }
  }
}
