import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AccountEvents } from '../account/account-events.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { SessionStore } from './session.store.ts';

/** Ends sessions of who asks. Every request looks its session up, so none of them gets another answer. */
@Injectable()
export class EndSession {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(AccountEvents) private readonly events: AccountEvents,
  ) {}

  async one({ caller, requestId, sourceIp }: Call, id: string): Promise<void> {
    await this.db.$transaction(async (tx) => {
      const boundTo = caller.sessionId && (await this.store.boundTo(caller.sessionId, tx));
      if (!(await this.store.end(tx, caller.id, id, boundTo))) throw notFound();
      const origin = { requestId, sourceIp, via: caller.via };
      await this.events.record(tx, caller.id, origin, {
        action: 'session.delete',
        resource: { kind: 'Session', id },
      });
    });
  }

  async others({ caller, requestId, sourceIp }: Call): Promise<void> {
    const { sessionId } = caller;
    if (sessionId === null) throw notFound();
    await this.db.$transaction(async (tx) => {
      const boundTo = await this.store.boundTo(sessionId, tx);
      const ended = await this.store.endOthers(tx, caller.id, sessionId, boundTo);
      if (ended === 0) return;
      const origin = { requestId, sourceIp, via: caller.via };
      const entry = { action: 'session.delete-others', after: { sessions_ended: ended } };
      await this.events.record(tx, caller.id, origin, entry);
    });
  }
}
