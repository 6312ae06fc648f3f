import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
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
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(person: { readonly id: string; readonly name: string }): Promise<void> {
    const organizationId = randomUUID();
    const organization = { id: organizationId, displayName: `${person.name}'s organization` };
    const environment = { id: newId('env'), displayName: 'default' };
    await this.db.$transaction(async (tx) => {
      if (!(await this.organizations.create(tx, organization, environment, person.id))) return;
      await this.audit.record(tx, callOfFounder(person.id, organizationId), {
        action: 'organization.create',
        resource: { kind: 'Organization', id: organizationId },
        after: { display_name: organization.displayName, environment: environment.id },
      });
    });
  }
}

/** Signing up is no operation of the API, so there is no call yet; whoever signs up acts. */
const callOfFounder = (id: string, organizationId: string): Call => ({
  caller: {
    kind: 'User',
    id,
    organizationId,
    role: 'OrganizationAdmin',
    via: 'session',
    sessionId: null,
    clusterId: null,
  },
  requestId: randomUUID(),
  sourceIp: null,
  idempotency: null,
});
