import { Inject, Injectable } from '@nestjs/common';
import {
  type AuthenticatorTransport,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { passkeysMax } from '@weir/contracts/passkeys';
import { type ControlDb, isUniqueViolation } from '@weir/db/control';
import { AccountStore } from '../account/account.store.ts';
import { AccountEvents, type Origin } from '../account/account-events.ts';
import { MailStore } from '../auth/mail.store.ts';
import { conflict, invalid } from '../http/refused.ts';
import { CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { PasskeyStore } from './passkey.store.ts';
import { relyingParty } from './relying-party.ts';

/** A new passkey for who is signed in. It signs in without a password, so it must make sure who holds it. */
@Injectable()
export class RegisterPasskey {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(PasskeyStore) private readonly store: PasskeyStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  /** For the browser. The challenge in it is used up by `finish`. */
  async begin(person: { readonly id: string; readonly email: string; readonly name: string }) {
    const { rpID, rpName } = relyingParty(this.settings.consoleUrl);
    const known = await this.store.listCredentialIds(person.id);
    if (known.length >= passkeysMax) throw tooManyPasskeys();
    return generateRegistrationOptions({
      rpName,
      rpID,
      userID: new TextEncoder().encode(person.id),
      userName: person.email,
      userDisplayName: person.name,
      attestationType: 'none',
      // Browsers refuse a device that has one already; what they said about its transports is only a hint.
      excludeCredentials: known.map(({ credentialId, transports }) => ({
        id: credentialId,
        transports: transports as AuthenticatorTransport[], // As the browser named them.
      })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
  }

  async finish(
    userId: string,
    challenge: string,
    { name, response }: { readonly name: string; readonly response: RegistrationResponseJSON },
    origin: Origin,
  ): Promise<void> {
    const made = await this.#verify(challenge, response);
    try {
      await this.db.$transaction(async (tx) => {
        const person = await this.accounts.lock(tx, userId);
        if (person === null || (await this.store.count(tx, userId)) >= passkeysMax) throw tooManyPasskeys();
        const { counter, id: credentialId, publicKey, transports = [] } = made.credential;
        const id = await this.store.add(tx, { userId, name, credentialId, publicKey, counter, transports });
        await this.mails.tell(tx, person, 'passkey-added', origin.sourceIp);
        const entry = {
          action: 'passkey.create',
          resource: { kind: 'Passkey', id },
          after: { display_name: name },
        };
        await this.events.record(tx, userId, origin, entry);
      });
    } catch (cause) {
      if (isUniqueViolation(cause)) throw notTaken();
      throw cause;
    }
  }

  async #verify(challenge: string, response: RegistrationResponseJSON) {
    const { origin, rpID } = relyingParty(this.settings.consoleUrl);
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rpID,
      requireUserVerification: true,
      // Whatever is wrong with it is said by throwing.
    }).catch(() => ({ registrationInfo: undefined }));
    if (registrationInfo === undefined) throw notTaken();
    return registrationInfo;
  }
}

const notTaken = () =>
  invalid(
    'This passkey was not taken: the device has to make sure that it is you, and each device has one. Try again.',
  );

const tooManyPasskeys = () =>
  conflict(
    'limit_reached',
    `You have ${passkeysMax} passkeys, which is all that a person may have. Remove one.`,
  );
