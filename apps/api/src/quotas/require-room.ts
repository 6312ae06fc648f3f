import { Inject, Injectable } from '@nestjs/common';
import type { OrganizationLimitName } from '@weir/contracts/quotas';
import type { ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { conflict } from '../http/refused.ts';
import { CLOCK } from '../platform/tokens.ts';
import { appliedLimit, limitDisplayNames, madePerDayFactor } from './organization-limits.ts';
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
    const since = new Date(this.clock.now() - dayMs);
    if ((await this.store.countMade(organizationId, name, since, tx)) >= limit * madePerDayFactor) {
      throw conflict(
        'limit_reached',
        `Your organization has made ${limit * madePerDayFactor} ${what} within a day, counting removed ones. Go on tomorrow.`,
      );
    }
  }
}
