import { Inject, Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';
import { outsideCall } from '../access/outside-call.ts';
import { type AuditEntry, AuditStore } from '../audit/audit.store.ts';
import type { Caller } from '../http/call.ts';
import { OrganizationStore } from '../organizations/organization.store.ts';

/** From where an account was changed, which not always is a call of the API. */
export interface Origin {
  readonly requestId: string;
  readonly sourceIp: string | null;
  readonly via: Caller['via'];
}

/**
 * What happened to a person's account, in the log of each organization that she is in: it is their doors that it opens.
 * Addresses stay out of it, since the log is for ever.
 */
@Injectable()
export class AccountEvents {
  constructor(
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
  ) {}

  async record(
    tx: ControlTx,
    userId: string,
    origin: Origin,
    entry: Omit<AuditEntry, 'resource'> & { readonly resource?: AuditEntry['resource'] },
  ): Promise<void> {
    // In one order, since each organization's log is locked until the transaction ends.
    for (const { organizationId } of await this.organizations.listMemberships(tx, userId)) {
      const call = outsideCall({ kind: 'User', id: userId, organizationId, via: origin.via }, origin);
      await this.audit.record(tx, call, { resource: { kind: 'User', id: userId }, ...entry });
    }
  }
}
