import { Controller, Inject } from '@nestjs/common';
import { AuditEvent, listAuditEvents } from '@weir/contracts/audit';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { invalid } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { Links } from '../platform/links.ts';
import { type AuditRow, AuditStore } from './audit.store.ts';

const path = '/audit/v1/events';

@Controller()
export class AuditController {
  constructor(
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listAuditEvents)
  async list(
    @TheCall(listAuditEvents) call: Call,
    @Input(listAuditEvents) input: InputOf<typeof listAuditEvents>,
  ): Promise<ResponseOf<typeof listAuditEvents>> {
    const request = pageRequest(input.query);
    const resourceId = input.query['resource.id'];
    const page = mayAdminister(call.caller)
      ? await this.audit.list(call.caller.organizationId, {
          resourceId,
          // Events are numbered; the number stands where other lists have an id.
          before: request.after ? sequenceOf(request.after.id) : undefined,
          limit: request.size + 1,
        })
      : { rows: [], total: 0 };
    const numbered = page.rows.map((row) => ({ row, id: String(row.sequence), createdAt: row.time }));
    const { rows, metadata } = presentPage({ rows: numbered, total: page.total }, request, this.links, path, {
      'resource.id': resourceId,
    });
    const data = rows.map(({ row }) => this.#present(row, call.caller.organizationId));
    return { api_version: 'audit/v1', kind: 'AuditEventList', metadata, data };
  }

  #present(row: AuditRow, organizationId: string): AuditEvent {
    const resourceName = this.links.resourceName(['organization', organizationId], ['audit-event', row.id]);
    const dates = { createdAt: row.time, updatedAt: row.time };
    return AuditEvent.parse({
      api_version: 'audit/v1',
      kind: 'AuditEvent',
      metadata: this.links.metadata(path, resourceName, dates),
      id: row.id,
      time: row.time.toISOString(),
      action: row.action,
      outcome: row.outcome === 'DENIED' ? 'DENIED' : 'SUCCESS',
      actor: {
        id: row.actorId,
        kind: row.actorKind === 'ServiceAccount' ? 'ServiceAccount' : 'User',
        via: row.via,
      },
      resource: { kind: row.resourceKind, id: row.resourceId },
      source_ip: row.sourceIp,
      request_id: row.requestId,
      before: row.before,
      after: row.after,
    });
  }
}

const sequenceOf = (text: string): bigint => {
  if (!/^\d{1,18}$/.test(text))
    throw invalid('The page_token is not one of ours. Take it from metadata.next.');
  return BigInt(text);
};
