import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { environmentScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import { EnvironmentStore } from './environment.store.ts';

@Injectable()
export class DeleteEnvironment {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(EnvironmentStore) private readonly store: EnvironmentStore,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(given: Call, id: string, dryRun: boolean): Promise<void> {
    const { organizationId } = given.caller;
    if (!(await this.store.find(organizationId, id))) throw notFound();
    requireAccess(given.caller, 'environment:delete', environmentScope(id), 'environment:read');
    const outboxIds = await changeOrTry(this.db, given, dryRun, async (tx, call) => {
      // The organization before the environment, as whoever creates a cluster does, so that neither waits for the other.
      const told = await this.bindRoles.removeOf(tx, call, { environmentId: id });
      if (!(await this.store.lock(tx, organizationId, id))) throw notFound();
      const clusters = await this.store.clustersIn(tx, organizationId, id);
      if (clusters > 0) {
        const detail = `The environment still holds clusters (${clusters}). Delete them first.`;
        throw conflict('environment_not_empty', detail);
      }
      await this.store.remove(tx, organizationId, id, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'environment.delete',
        resource: { kind: 'Environment', id },
      });
      return told;
    });
    if (!dryRun) await this.bindRoles.apply(outboxIds);
  }
}
