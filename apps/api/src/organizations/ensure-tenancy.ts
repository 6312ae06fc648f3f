import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { writeCrn } from '@weir/contracts/crn';
import type { ControlDb } from '@weir/db/control';
import { outsideCall } from '../access/outside-call.ts';
import { organizationScope } from '../access/require-access.ts';
import type { Origin } from '../account/account-events.ts';
import { AuditStore } from '../audit/audit.store.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { OrganizationStore } from './organization.store.ts';

/**
 * Gives a person an organization with a `default` environment. Runs when someone signs up, and again when a
 * session has no organization, which is what a crash in between would leave. Repeating it changes nothing.
 */
@Injectable()
export class EnsureTenancy {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(
    person: { readonly id: string; readonly name: string },
    origin: Pick<Origin, 'requestId' | 'sourceIp'>,
  ): Promise<void> {
    const organizationId = randomUUID();
    const organization = { id: organizationId, displayName: `${person.name}'s organization` };
    const environment = { id: newId('env'), displayName: 'default' };
    await this.db.$transaction(async (tx) => {
      if (!(await this.organizations.create(tx, organization, environment, person.id))) return;
      await this.roleBindings.create(tx, {
        id: newId('rb'),
        organizationId,
        principalKind: 'User',
        principalId: person.id,
        roleName: 'OrganizationAdmin',
        crnPattern: writeCrn({ organizationId, scope: organizationScope }),
        scope: organizationScope,
      });
      const founder = { kind: 'User', id: person.id, organizationId, via: 'session' } as const;
      await this.audit.record(tx, outsideCall(founder, origin), {
        action: 'organization.create',
        resource: { kind: 'Organization', id: organizationId },
        // Not its name, which is the person's: the log is for ever.
        after: { environment: environment.id, role_name: 'OrganizationAdmin' },
      });
    });
  }
}
