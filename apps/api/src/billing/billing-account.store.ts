import { Inject, Injectable } from '@nestjs/common';
import type { BillTo } from '@weir/contracts/invoices';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

@Injectable()
export class BillingAccountStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Null: nobody has said whom invoices are for. */
  async find(organizationId: string, tx: ControlTx = this.db): Promise<BillTo | null> {
    const row = await tx.billingAccount.findUnique({
      where: { organizationId },
      select: { name: true, addressLines: true, country: true, taxId: true },
    });
    if (row === null) return null;
    const { addressLines, country, name, taxId } = row;
    return { name, address_lines: addressLines, country, tax_id: taxId };
  }

  async set(tx: ControlTx, organizationId: string, billTo: BillTo): Promise<void> {
    const { address_lines: addressLines, country, name, tax_id: taxId } = billTo;
    const data = { name, addressLines, country, taxId };
    await tx.billingAccount.upsert({
      where: { organizationId },
      create: { organizationId, ...data },
      update: data,
      select: { organizationId: true },
    });
  }
}
