import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { addAllToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { SsoConnectionStore } from './sso-connection.store.ts';
import { SsoDomainStore } from './sso-domain.store.ts';

/** Whether members with an address of a proved domain come in by single sign-on only. */
@Injectable()
export class SetEnforcement {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoConnectionStore) private readonly store: SsoConnectionStore,
    @Inject(SsoDomainStore) private readonly domains: SsoDomainStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses where it would lock everybody out: it must have worked, and who turns it on must have a way back in. */
  async run(call: Call, isEnforced: boolean): Promise<void> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    const { id: userId, organizationId } = call.caller;
    await this.db.$transaction(async (tx) => {
      await this.store.lock(tx, organizationId);
      const connection = await this.store.find(tx, organizationId);
      if ((connection?.enforcedAt != null) === isEnforced) return;
      if (isEnforced) {
        if (connection === null) throw notYet('Set the identity provider first.');
        if ((await this.domains.countProved(tx, organizationId)) === 0) {
          throw notYet('Prove a domain first: it says for whom single sign-on is enforced.');
        }
        if (connection.provenAt === null) {
          throw notYet('Sign in by single sign-on once first, so that it is known to work as it is set now.');
        }
        if (!(await this.store.hasStrongFactor(tx, userId))) {
          throw notYet(
            'Add a passkey or an authenticator app to your own account first: with it you come in when the identity provider does not answer.',
          );
        }
      }
      const now = new Date(this.clock.now());
      await this.store.setEnforced(tx, organizationId, isEnforced ? now : null);
      const keyIds = await this.store.peoplesClusterKeys(tx, organizationId);
      await addAllToOutbox(tx, 'api-key', keyIds, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'sso-connection.enforce',
        resource: { kind: 'SsoConnection', id: organizationId },
        before: { is_enforced: !isEnforced },
        after: { is_enforced: isEnforced },
      });
    });
  }
}

const notYet = (detail: string) => conflict('sso_not_ready', detail);
