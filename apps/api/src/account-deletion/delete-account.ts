import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { outsideCall } from '../access/outside-call.ts';
import { AccountStore } from '../account/account.store.ts';
import type { Origin } from '../account/account-events.ts';
import { CheckPassword } from '../account/check-password.ts';
import type { SignedIn } from '../account/signed-in.ts';
import { RevokeApiKey } from '../api-keys/revoke-api-key.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { MailStore } from '../auth/mail.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, forbidden } from '../http/refused.ts';
import { LeaveOrganization } from '../members/leave-organization.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { SessionStore } from '../sessions/session.store.ts';
import { outcomeOf, type Standing, sentenceOf } from './account-deletion.policy.ts';
import { AccountDeletionStore } from './account-deletion.store.ts';

/** How long after signing in an account without a password may be deleted. */
export const freshMs = 10 * 60_000;

/**
 * Deletes the account of who asks, for good, in one transaction. Sessions are looked up with every request and so end
 * with it; keys are revoked, and brokers close what they opened within 5 s. What stays of her are ids, in audit logs and
 * usage.
 */
@Injectable()
export class DeleteAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(AccountDeletionStore) private readonly store: AccountDeletionStore,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(CheckPassword) private readonly checkPassword: CheckPassword,
    @Inject(SessionStore) private readonly sessions: SessionStore,
    @Inject(LeaveOrganization) private readonly leave: LeaveOrganization,
    @Inject(RevokeApiKey) private readonly revokeApiKey: RevokeApiKey,
    @Inject(MailStore) private readonly mails: MailStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(signedIn: SignedIn, password: string | undefined, origin: Origin): Promise<void> {
    await this.#requireProof(signedIn, password);
    const outboxIds = await this.db.$transaction((tx) => this.#delete(tx, signedIn.userId, origin));
    await this.revokeApiKey.apply(outboxIds);
  }

  /** A found session is not enough. */
  async #requireProof(
    { sessionId, ssoOrganizationId, userId }: SignedIn,
    password: string | undefined,
  ): Promise<void> {
    if ((await this.accounts.findPassword(this.db, userId)) !== null) {
      if (ssoOrganizationId !== null) throw boundSession();
      await this.checkPassword.run(userId, password ?? '', '/password');
      return;
    }
    const begun = await this.sessions.beginOf(userId, sessionId);
    if (begun !== null && begun.getTime() > this.clock.now() - freshMs) return;
    throw forbidden(
      'Your account has no password, so this takes a fresh sign-in. Sign out, sign in again, and come back within ten minutes.',
    );
  }

  async #delete(tx: ControlTx, userId: string, origin: Origin): Promise<readonly bigint[]> {
    const person = await this.accounts.lock(tx, userId);
    if (person === null) throw conflict('gone', 'The account was deleted already.');
    await this.store.lock(tx, userId);
    const standings = await this.store.standings(tx, userId);
    requireNothingInTheWay(standings);
    const outboxIds: bigint[] = [];
    for (const standing of standings) {
      const call = callOf(userId, standing.organizationId, origin);
      if (outcomeOf(standing) === 'DELETED') outboxIds.push(...(await this.#close(tx, call)));
      else outboxIds.push(...(await this.leave.run(tx, call, userId)));
      await this.audit.record(tx, call, { action: 'user.delete', resource: { kind: 'User', id: userId } });
    }
    await this.store.forget(tx, person);
    const params = { at: new Date(this.clock.now()).toISOString(), from: origin.sourceIp };
    await this.mails.ask(
      { recipient: person.email, userId: null, content: { kind: 'account-deleted', params } },
      tx,
    );
    return outboxIds;
  }

  /** An organization whose only member goes. */
  async #close(tx: ControlTx, call: Call): Promise<readonly bigint[]> {
    const { organizationId } = call.caller;
    const outboxIds: bigint[] = [];
    for (const { id } of await this.store.keyIds(tx, organizationId)) {
      outboxIds.push(...(await this.revokeApiKey.byId(tx, call, id)));
    }
    await this.audit.record(tx, call, {
      action: 'organization.delete',
      resource: { kind: 'Organization', id: organizationId },
    });
    await this.store.close(tx, organizationId, new Date(this.clock.now()));
    return outboxIds;
  }
}

/** An account with a password is more than what one organization vouches for. */
export const boundSession = () =>
  forbidden(
    'You came in by an organization’s single sign-on. Sign in with your password to delete your account.',
  );

const requireNothingInTheWay = (standings: readonly Standing[]): void => {
  const obstacles = standings.filter((standing) => outcomeOf(standing) === 'IN_THE_WAY');
  if (obstacles.length === 0) return;
  const sentences = obstacles.map((one) => `${one.displayName}: ${sentenceOf(one)}`);
  throw conflict('account_in_use', sentences.join(' '));
};

/** One event for each organization, since each has a log of its own. */
const callOf = (id: string, organizationId: string, origin: Origin): Call =>
  outsideCall({ kind: 'User', id, organizationId, via: origin.via }, origin);
