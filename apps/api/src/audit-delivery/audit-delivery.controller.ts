import { Controller, Inject } from '@nestjs/common';
import { deleteAuditDelivery, getAuditDelivery, setAuditDelivery } from '@weir/contracts/audit-delivery';
import type { ResponseOf } from '@weir/contracts/operation';
import { requireAuditReader } from '../audit/require-audit-reader.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { presentDelivery } from './audit-delivery.present.ts';
import { AuditDeliveryStore } from './audit-delivery.store.ts';
import { ChangeAuditDelivery } from './change-audit-delivery.ts';

@Controller()
export class AuditDeliveryController {
  constructor(
    @Inject(AuditDeliveryStore) private readonly store: AuditDeliveryStore,
    @Inject(ChangeAuditDelivery) private readonly change: ChangeAuditDelivery,
  ) {}

  @Handles(getAuditDelivery)
  async get(@TheCall(getAuditDelivery) call: Call): Promise<ResponseOf<typeof getAuditDelivery>> {
    requireAuditReader(call);
    const { organizationId } = call.caller;
    const row = await this.store.find(organizationId);
    return presentDelivery(row, await this.store.lastSequence(organizationId));
  }

  @Handles(setAuditDelivery)
  set(
    @TheCall(setAuditDelivery) call: Call,
    @Input(setAuditDelivery) { body, query }: InputOf<typeof setAuditDelivery>,
  ): Promise<ResponseOf<typeof setAuditDelivery>> {
    return this.change.set(call, body.spec, query.dry_run);
  }

  @Handles(deleteAuditDelivery)
  async delete(
    @TheCall(deleteAuditDelivery) call: Call,
    @Input(deleteAuditDelivery) { query }: InputOf<typeof deleteAuditDelivery>,
  ): Promise<void> {
    await this.change.remove(call, query.dry_run);
  }
}
