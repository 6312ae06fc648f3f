import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditFilter } from '@weir/contracts/audit';
import type { Call } from '../http/call.ts';
import { tooMany } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { AuditReaderStore } from './audit-reader.store.ts';
import { exportedEvent, idsIn } from './present-event.ts';
import { requireAuditReader } from './require-audit-reader.ts';

const readAtOnce = 250;

/** The log as JSON lines, oldest first. */
@Injectable()
export class ExportEvents {
  /** Of which organizations one is under way: an export is as long as the log. */
  readonly #underWay = new Set<string>();

  constructor(
    @Inject(AuditReaderStore) private readonly reader: AuditReaderStore,
    @Inject(Links) private readonly links: Links,
  ) {}

  /** Read as it is taken. Whoever has the stream reads it to its end, or destroys it. */
  async execute(call: Call, filter: AuditFilter): Promise<Readable> {
    requireAuditReader(call);
    const { organizationId } = call.caller;
    const condition = await this.reader.condition(organizationId, filter);
    if (this.#underWay.has(organizationId))
      throw tooMany('An export of this organization is under way. Wait until it has ended.', 10);
    this.#underWay.add(organizationId);
    const lines = Readable.from(this.#lines(organizationId, condition), { objectMode: false });
    return lines.once('close', () => this.#underWay.delete(organizationId));
  }

  async *#lines(
    organizationId: string,
    condition: Awaited<ReturnType<AuditReaderStore['condition']>>,
  ): AsyncGenerator<string> {
    let above = 0n;
    for (;;) {
      const rows = await this.reader.read(condition, { above, limit: readAtOnce });
      const last = rows.at(-1);
      if (last === undefined) return;
      const names = await this.reader.namesOf(organizationId, rows.flatMap(idsIn));
      yield rows.map((row) => `${JSON.stringify(exportedEvent(row, names, this.links))}\n`).join('');
      above = last.sequence;
    }
  }
}
