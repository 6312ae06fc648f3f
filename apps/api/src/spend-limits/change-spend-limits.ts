import { Inject, Injectable } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import { spendLimitsMax } from '@weir/contracts/spend-limits';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { announce } from '@weir/webhooks/announce';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import {
  type SpendLimitChange,
  type SpendLimitRow,
  SpendLimitStore,
  type WantedSpendLimit,
} from './spend-limit.store.ts';
import { requireScope } from './spend-scope.store.ts';
import { SpentNow } from './spent-now.ts';

interface Outcome {
  readonly row: SpendLimitRow;
  /** null: brokers have heard of it already. */
  readonly outboxId: bigint | null;
}

/** Limits are told to brokers with the reply, so that who was stopped goes on at once, and by the worker where that failed. */
@Injectable()
export class ChangeSpendLimits {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SpendLimitStore) private readonly store: SpendLimitStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(SpentNow) private readonly spent: SpentNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  create(given: Call, wanted: WantedSpendLimit, dryRun: boolean): Promise<SpendLimitRow> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, null);
    const id = newId('sl');
    return this.#changed(given, dryRun, async (tx, call) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return { row: await this.#find(tx, call, claim.resourceId), outboxId: null };
      await this.#require(tx, organizationId, wanted);
      const row = await this.store.create(tx, { id, organizationId }, wanted);
      await this.audit.record(tx, call, {
        action: 'spend-limit.create',
        resource: { kind: 'SpendLimit', id },
        after: detailOf(row),
      });
      // What it would do at once is what somebody tries it for.
      return this.#outcome(tx, dryRun ? await this.spent.of(tx, row) : row);
    });
  }

  update(
    given: Call,
    id: string,
    change: { readonly [Field in keyof SpendLimitChange]: SpendLimitChange[Field] | undefined },
    dryRun: boolean,
  ): Promise<SpendLimitRow> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    return this.#changed(given, dryRun, async (tx, call) => {
      const before = await this.#find(tx, call, id);
      const row = await this.store.update(tx, before, {
        displayName: change.displayName ?? before.displayName,
        micros: change.micros ?? before.micros,
        action: change.action ?? before.action,
        thresholds: change.thresholds ?? before.thresholds,
      });
      await this.audit.record(tx, call, {
        action: 'spend-limit.update',
        resource: { kind: 'SpendLimit', id },
        before: detailOf(before),
        after: detailOf(row),
      });
      return this.#outcome(tx, row);
    });
  }

  async remove(given: Call, id: string, dryRun: boolean): Promise<void> {
    requireAccess(given.caller, 'billing:update', organizationScope, 'billing:read');
    await this.#changed(given, dryRun, async (tx, call) => {
      const before = await this.#find(tx, call, id);
      if (await this.store.remove(tx, before.organizationId, id)) {
        const data = { spend_limit: id, reason: 'DELETED' } as const;
        await announce(tx, before.organizationId, { type: 'spend_limit.lifted', data }, this.clock.now());
      }
      await this.audit.record(tx, call, {
        action: 'spend-limit.delete',
        resource: { kind: 'SpendLimit', id },
        before: detailOf(before),
      });
      return this.#outcome(tx, before);
    });
  }

  async #changed(
    given: Call,
    dryRun: boolean,
    change: (tx: ControlTx, call: Call) => Promise<Outcome>,
  ): Promise<SpendLimitRow> {
    const { outboxId, row } = await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      await this.store.lock(tx, call.caller.organizationId);
      return change(tx, call);
    });
    if (!dryRun && outboxId !== null) await this.applyNow.run(outboxId);
    return (dryRun ? null : await this.store.find(row.organizationId, row.id)) ?? row;
  }

  async #find(tx: ControlTx, { caller }: Call, id: string): Promise<SpendLimitRow> {
    const row = await this.store.find(caller.organizationId, id, tx);
    if (!row) throw notFound();
    return row;
  }

  async #require(tx: ControlTx, organizationId: string, wanted: WantedSpendLimit): Promise<void> {
    await requireScope(tx, organizationId, wanted, 'limit');
    if ((await this.store.count(tx, organizationId)) >= spendLimitsMax)
      throw conflict('limit_reached', `An organization has at most ${spendLimitsMax} spend limits.`);
  }

  async #outcome(tx: ControlTx, row: SpendLimitRow): Promise<Outcome> {
    return { row, outboxId: await addToOutbox(tx, 'restraints', row.organizationId, this.clock.now()) };
  }
}

const detailOf = (row: SpendLimitRow) => ({
  display_name: row.displayName,
  scope: `${row.scopeKind} ${row.scopeId}`,
  amount: `${decimalText(row.micros)} ${row.currency}`,
  period: row.period,
  action: row.action,
  thresholds: row.thresholds.join(' '),
});
