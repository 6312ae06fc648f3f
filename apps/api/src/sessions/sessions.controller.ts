import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  deleteOtherSessions,
  deleteSession,
  listSessions,
  Session,
  sessionsMax,
} from '@weir/contracts/sessions';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { CLOCK } from '../platform/tokens.ts';
import { EndSession } from './end-session.ts';
import { type SessionRow, SessionStore } from './session.store.ts';

@Controller()
export class SessionsController {
  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(EndSession) private readonly endSession: EndSession,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Handles(listSessions)
  async list(@TheCall(listSessions) { caller }: Call): Promise<ResponseOf<typeof listSessions>> {
    const boundTo = caller.sessionId && (await this.store.boundTo(caller.sessionId));
    const rows = await this.store.list(caller.id, boundTo, new Date(this.clock.now()), sessionsMax);
    const data = rows.map((row) => present(row, caller.sessionId));
    return { api_version: 'iam/v2', kind: 'SessionList', data };
  }

  @Handles(deleteSession)
  async end(
    @TheCall(deleteSession) call: Call,
    @Input(deleteSession) input: InputOf<typeof deleteSession>,
  ): Promise<void> {
    await this.endSession.one(call, input.params.id);
  }

  @Handles(deleteOtherSessions)
  async endOthers(@TheCall(deleteOtherSessions) call: Call): Promise<void> {
    await this.endSession.others(call);
  }
}

const clientLengthMax = 300;

const present = (row: SessionRow, currentId: string | null): Session =>
  Session.parse({
    api_version: 'iam/v2',
    kind: 'Session',
    id: row.id,
    is_current: row.id === currentId,
    created_at: row.createdAt.toISOString(),
    last_seen_at: (row.lastSeenAt ?? row.createdAt).toISOString(),
    expires_at: row.expiresAt.toISOString(),
    source_ip: row.ipAddress,
    client: row.userAgent?.slice(0, clientLengthMax) ?? null,
  });
