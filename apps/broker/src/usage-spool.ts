import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CountedRow, UsageReport as EngineReport } from '@weir/broker/deps';
import { UsageReport } from '@weir/contracts/jobs/usage-report';
import { z } from 'zod';

/** A report that lies on disk; its name stays the same for as long as it does. */
export interface SpooledReport {
  readonly name: string;
  read(): Promise<UsageReport>;
}

const offset = z.int().nonnegative();

const Counted = z.object({
  id: z.string(),
  topicId: z.string(),
  topic: z.string(),
  partition: z.int(),
  firstEpoch: z.int(),
  lastEpoch: z.int(),
  through: offset,
  ahead: z.array(z.tuple([offset, offset]).readonly()).readonly(),
  to: offset.nullable(),
  isDone: z.boolean(),
});

/** A report as it lies here: what earlier lives left has none of the rows that came later. */
const KeptReport = UsageReport.extend({ counted: z.array(Counted).default([]) });
/** What is written: a report, with up to where it counts. */
export type KeptReport = z.input<typeof KeptReport>;

const Uncounted = z.array(Counted);

const reportName = /^\d{15,}-\d+\.json$/;

/**
 * Usage reports on disk, from the moment their window closes until the ledger has them: Redis may be
 * away, or lose its newest second, and no byte of usage goes with it. One file a report, oldest first. Beside them,
 * up to where what clients write is counted, so that a later life counts what this one could not.
 */
export class UsageSpool {
  readonly #dir: string;
  /** What is not all counted, by its id; as the file has it. */
  readonly #uncounted = new Map<string, CountedRow>();
  /** The name of a report that is not to leave before what belongs to it lies here as well. */
  #arriving: string | null = null;
  /** When the window began that is held; null: none is. */
  #heldMs: number | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Returns when the report survives a power cut. */
  async put(report: KeptReport): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const name = nameOf(report);
    this.#arriving = name;
    try {
      await this.#write(name, report);
      await this.#takeCounted(report.counted ?? []);
    } finally {
      this.#arriving = null;
    }
    // The window is closed: what was held of it, or of one before it, has served.
    if (this.#heldMs === null || this.#heldMs <= report.windowStartMs) await this.#dropHeld();
    await this.#syncDir();
  }

  /**
   * Keeps a window that is still open, in place of what was held before. It outlives this process, which is
   * what it is for; it is not synced, as it would be every second.
   */
  async hold(report: KeptReport): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    this.#heldMs = report.windowStartMs;
    await writeFile(`${this.#heldPath}.tmp`, JSON.stringify(report));
    await rename(`${this.#heldPath}.tmp`, this.#heldPath);
  }

  /**
   * Spools what an earlier life held and never reported. If it did report it, the ledger has those rows and
   * keeps them. What is held is not synced, so a power cut may have left it unreadable: it is put aside, and what was
   * written meanwhile is counted from the logs.
   */
  async adopt(): Promise<'done' | 'unreadable'> {
    const isKnown = await this.#readCounted();
    const held = await this.#take('open-window', KeptReport);
    if (held === null || held === 'unreadable') return held === null && isKnown ? 'done' : 'unreadable';
    const isSpooled = (await this.#names()).includes(nameOf(held));
    if (isSpooled) await this.#dropHeld();
    else await this.put(held);
    return isKnown ? 'done' : 'unreadable';
  }

  /** What earlier lives have not counted, once it is adopted. */
  uncounted(): CountedRow[] {
    return [...this.#uncounted.values()];
  }

  /** Up to `count` reports, oldest first, none of them read: of a cell with many tenants each has megabytes. */
  async oldest(count: number): Promise<SpooledReport[]> {
    const names = (await this.#names()).filter((name) => name !== this.#arriving);
    return names.slice(0, count).map((name) => ({
      name,
      read: async () => UsageReport.parse(JSON.parse(await readFile(join(this.#dir, name), 'utf8'))),
    }));
  }

  async size(): Promise<number> {
    return (await this.#names()).length;
  }

  async remove(spooled: SpooledReport): Promise<void> {
    await rm(join(this.#dir, spooled.name), { force: true });
  }

  get #heldPath(): string {
    return join(this.#dir, 'open-window');
  }

  async #dropHeld(): Promise<void> {
    await rm(this.#heldPath, { force: true });
    this.#heldMs = null;
  }

  /** The file, and the newest report, beside which a kill may have left the file as it was before. Says whether it was readable. */
  async #readCounted(): Promise<boolean> {
    const rows = await this.#take('uncounted', Uncounted);
    if (rows === 'unreadable') return false;
    this.#add(rows ?? []);
    const newest = (await this.#names()).at(-1);
    if (newest === undefined) return true;
    const report = KeptReport.parse(JSON.parse(await readFile(join(this.#dir, newest), 'utf8')));
    await this.#takeCounted(report.counted);
    return true;
  }

  /** What the file holds; null where there is none. What is unreadable is put aside. */
  async #take<Schema extends z.ZodType>(
    name: string,
    schema: Schema,
  ): Promise<z.output<Schema> | 'unreadable' | null> {
    const path = join(this.#dir, name);
    const text = await textOf(path);
    if (text === null) return null;
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      // Cut short, or zeros: the caller says so.
      await rename(path, `${path}.unreadable`);
      return 'unreadable';
    }
  }

  async #takeCounted(rows: readonly CountedRow[]): Promise<void> {
    if (rows.length === 0) return;
    this.#add(rows);
    await this.#write('uncounted', this.uncounted());
  }

  #add(rows: readonly CountedRow[]): void {
    for (const row of rows) {
      if (row.isDone) this.#uncounted.delete(row.id);
      else this.#uncounted.set(row.id, row);
    }
  }

  async #write(name: string, content: unknown): Promise<void> {
    const path = join(this.#dir, name);
    const file = await open(`${path}.tmp`, 'w', 0o640);
    try {
      await file.writeFile(JSON.stringify(content));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
  }

  async #syncDir(): Promise<void> {
    const directory = await open(this.#dir, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Of reports, oldest first. */
  async #names(): Promise<string[]> {
    await mkdir(this.#dir, { recursive: true });
    return (await readdir(this.#dir)).filter((name) => reportName.test(name)).sort();
  }
}

function nameOf({ bootEpoch, windowStartMs }: Pick<UsageReport, 'bootEpoch' | 'windowStartMs'>): string {
  return `${String(windowStartMs).padStart(15, '0')}-${bootEpoch}.json`;
}

/** null: there is no such file. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

/** The engine's report as it is kept. */
export function keptOf(report: EngineReport): KeptReport {
  return {
    ...report,
    rows: [...report.rows],
    reached: [...report.reached],
    keyUses: [...report.keyUses],
    counted: [...report.counted],
  };
}
