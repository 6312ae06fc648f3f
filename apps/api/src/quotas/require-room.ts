import { Inject, Injectable } from '@nestjs/common';
import type { OrganizationLimitName } from '@weir/contracts/quotas';
import type { ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { conflict } from '../http/refused.ts';
import { CLOCK } from '../platform/tokens.ts';
import { appliedLimit, keysPerOwnerMax, limitDisplayNames, madePerDayFactor } from './organization-limits.ts';
import { QuotaStore } from './quota.store.ts';

const dayMs = 86_400_000;

/** Refuses what would go past a limit of the organization, in the transaction that adds it. */
@Injectable()
export class RequireRoom {
  constructor(
    @Inject(QuotaStore) private readonly store: QuotaStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Whoever adds to the same organization waits until this transaction ends, so that none counts too few. */
  async require(tx: ControlTx, organizationId: string, name: OrganizationLimitName): Promise<void> {
    await this.store.lock(tx, organizationId);
    const { isVerified, changed } = await this.store.standing(organizationId, tx);
    const limit = appliedLimit(name, isVerified, changed);
    const what = limitDisplayNames[name].toLowerCase();
    if ((await this.store.count(organizationId, name, tx)) >= limit) {
      const more = isVerified ? 'ask the operator for more' : 'confirm your e-mail address to have more';
      throw conflict(
        'limit_reached',
        `Your organization has its limit of ${limit} ${what}. Remove one that you do not need, or ${more}.`,
      );
    }
    await this.#requireToday(tx, organizationId, name, limit);
  }

  /** Who makes and removes without end is to go on another day. */
  async #requireToday(
    tx: ControlTx,
    organizationId: string,
    name: OrganizationLimitName,
    limit: number,
  ): Promise<void> {
    const since = new Date(this.clock.now() - dayMs);
    if ((await this.store.countMade(organizationId, name, since, tx)) < limit * madePerDayFactor) return;
    throw conflict(
      'limit_reached',
      `Your organization has made ${limit * madePerDayFactor} ${limitDisplayNames[name].toLowerCase()} within a day, counting removed ones. Go on tomorrow.`,
    );
  }

  /** Refuses so many units of dedicated clusters more; with fewer there is always room. */
  async requireUnits(tx: ControlTx, organizationId: string, more: number): Promise<void> {
    if (more <= 0) return;
    await this.store.lock(tx, organizationId);
    const { isVerified, changed } = await this.store.standing(organizationId, tx);
    const limit = appliedLimit('dedicated_units', isVerified, changed);
    const used = await this.store.count(organizationId, 'dedicated_units', tx);
    if (used + more <= limit) return this.#requireToday(tx, organizationId, 'dedicated_units', limit);
    const remedy = isVerified ? 'ask the operator for more' : 'confirm your e-mail address to have more';
    throw conflict(
      'limit_reached',
      `Your organization has ${used} of its limit of ${limit} units of Dedicated clusters, and this takes ${more} more. Ask for fewer, or ${remedy}.`,
    );
  }

  /** Refuses one more role binding of a principal. After `require` of the same transaction, which locks. */
  async requireForPrincipal(tx: ControlTx, organizationId: string, principalId: string): Promise<void> {
    const { isVerified, changed } = await this.store.standing(organizationId, tx);
    const limit = appliedLimit('role_bindings_per_principal', isVerified, changed);
    if ((await this.store.countBindingsOf(tx, organizationId, principalId)) < limit) return;
    throw conflict(
      'limit_reached',
      `One person or service account has ${limit} role bindings at most. A prefix, or a wider role, takes the place of many.`,
    );
  }

  /** The same of the keys of one owner; to be asked after `require` of the organization's. */
  async requireKeyOfOwner(tx: ControlTx, organizationId: string, ownerId: string): Promise<void> {
    if ((await this.store.countKeysOf(organizationId, ownerId, tx)) < keysPerOwnerMax) return;
    throw conflict(
      'limit_reached',
      `${ownerId} has its limit of ${keysPerOwnerMax} API keys. Revoke one that is not used, or make the key for another service account.`,
    );
  }
}
