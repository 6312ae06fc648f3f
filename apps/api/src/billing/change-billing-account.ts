import { Inject, Injectable } from '@nestjs/common';
import type { BillTo } from '@weir/contracts/invoices';
import type { ControlDb } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { BillingAccountStore } from './billing-account.store.ts';

/** Says whom invoices are for, from the next one on. */
@Injectable()
export class ChangeBillingAccount {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(BillingAccountStore) private readonly store: BillingAccountStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  run(given: Call, billTo: BillTo, dryRun: boolean): Promise<BillTo> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, null);
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const before = await this.store.find(organizationId, tx);
      await this.store.set(tx, organizationId, billTo);
      await this.audit.record(tx, call, {
        action: 'billing-account.update',
        resource: { kind: 'BillingAccount', id: organizationId },
        ...(before === null ? {} : { before: detailOf(before) }),
        after: detailOf(billTo),
      });
      return billTo;
    });
  }
}

const detailOf = ({ address_lines, country, name, tax_id }: BillTo) => ({
  name,
  address: address_lines.join(', '),
  country,
  tax_id,
});
