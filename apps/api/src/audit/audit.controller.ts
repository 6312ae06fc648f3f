import { Controller, Inject, StreamableFile } from '@nestjs/common';
import type { AuditRow } from '@weir/audit-log/audit-row';
import { checkAuditChain, exportAuditEvents, listAuditEvents } from '@weir/contracts/audit';
import type { ResponseOf } from '@weir/contracts/operation';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { invalid } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { AuditReaderStore } from './audit-reader.store.ts';
import { CheckChain } from './check-chain.ts';
import { ExportEvents } from './export-events.ts';
import { eventsPath, idsIn, presentEvent } from './present-event.ts';

@Controller()
export class AuditController {
  constructor(
    @Inject(AuditReaderStore) private readonly reader: AuditReaderStore,
    @Inject(CheckChain) private readonly checkChain: CheckChain,
    @Inject(ExportEvents) private readonly exportEvents: ExportEvents,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listAuditEvents)
  async list(
    @TheCall(listAuditEvents) call: Call,
    @Input(listAuditEvents) input: InputOf<typeof listAuditEvents>,
  ): Promise<ResponseOf<typeof listAuditEvents>> {
    const { page_size: _, page_token: __, ...filter } = input.query;
    const request = pageRequest(input.query);
    const { access, organizationId } = call.caller;
    const page = access.allows('audit:read', organizationScope)
      ? await this.#read(organizationId, filter, {
          // Events are numbered; the number stands where other lists have an id.
          below: request.after ? sequenceOf(request.after.id) : null,
          limit: request.size + 1,
        })
      : { rows: [], total: 0 };
    const numbered = page.rows.map((row) => ({ row, id: String(row.sequence), createdAt: row.time }));
    const { rows, metadata } = presentPage(
      { rows: numbered, total: page.total },
      request,
      this.links,
      eventsPath,
      filter,
    );
    const names = await this.reader.namesOf(
      organizationId,
      rows.flatMap(({ row }) => idsIn(row)),
    );
    const data = rows.map(({ row }) => presentEvent(row, names, this.links));
    return { api_version: 'audit/v1', kind: 'AuditEventList', metadata, data };
  }

  @Handles(exportAuditEvents)
  async export(
    @TheCall(exportAuditEvents) call: Call,
    @Input(exportAuditEvents) input: InputOf<typeof exportAuditEvents>,
  ): Promise<StreamableFile> {
    const lines = await this.exportEvents.execute(call, input.query);
    const type = exportAuditEvents.contentType;
    return new StreamableFile(lines, {
      type,
      disposition: 'attachment; filename="audit-log.jsonl"',
    });
  }

  @Handles(checkAuditChain)
  async check(
    @TheCall(checkAuditChain) call: Call,
    @Input(checkAuditChain) input: InputOf<typeof checkAuditChain>,
  ): Promise<ResponseOf<typeof checkAuditChain>> {
    const { after, hash } = input.query;
    const { checked, problem, place, isAtEnd } = await this.checkChain.execute(call, after, hash);
    const sequence = Number(place.sequence);
    const last = sequence > 0 && place.hash !== '' ? { sequence, hash: place.hash } : null;
    return {
      api_version: 'audit/v1',
      kind: 'AuditChain',
      is_intact: problem === null,
      checked: checked === null ? null : { from: Number(checked.from), to: Number(checked.to) },
      problem: problem === null ? null : { sequence: Number(problem.sequence), detail: problem.detail },
      last,
      ...(isAtEnd || last === null
        ? {}
        : { next: this.links.url(`/audit/v1/chain?after=${last.sequence}&hash=${last.hash}`) }),
    };
  }

  async #read(
    organizationId: string,
    filter: InputOf<typeof exportAuditEvents>['query'],
    slice: { readonly below: bigint | null; readonly limit: number },
  ): Promise<{ readonly rows: readonly AuditRow[]; readonly total: number }> {
    const condition = await this.reader.condition(organizationId, filter);
    const [rows, total] = await Promise.all([
      this.reader.read(condition, slice),
      this.reader.count(condition),
    ]);
    return { rows, total };
  }
}

const sequenceOf = (text: string): bigint => {
  if (!/^\d{1,18}$/.test(text))
    throw invalid('The page_token is not one of ours. Take it from metadata.next.');
  return BigInt(text);
};
