import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { EnvironmentStore } from './environment.store.ts';

@Injectable()
export class DeleteEnvironment {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(EnvironmentStore) private readonly store: EnvironmentStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, id: string): Promise<void> {
    if (!mayAdminister(call.caller)) throw notFound();
    const { organizationId } = call.caller;
    await this.db.$transaction(async (tx) => {
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
    });
  }
}
