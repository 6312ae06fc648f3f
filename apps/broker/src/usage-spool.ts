import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { UsageReport as EngineReport } from '@weir/broker/deps';
import { UsageReport } from '@weir/contracts/jobs/usage-report';

/** A report that lies on disk; its name stays the same for as long as it does. */
export interface SpooledReport {
  readonly name: string;
  read(): Promise<UsageReport>;
}

/**
 * Usage reports on disk, from the moment their window closes until the ledger has them: Redis may be
 * away, or lose its newest second, and no byte of usage goes with it. One file a report, oldest first.
 */
export class UsageSpool {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Returns when the report survives a power cut. */
  async put(report: UsageReport): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    const path = this.#path(report);
    const file = await open(`${path}.tmp`, 'w', 0o640);
    try {
      await file.writeFile(JSON.stringify(report));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    // The window is closed: what was held of it, or of one before it, has served.
    await rm(this.#heldPath, { force: true });
    const directory = await open(this.#dir, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /**
   * Keeps a window that is still open, in place of what was held before. It outlives this process, which is
   * what it is for; it is not synced, as it would be every second.
   */
  async hold(report: UsageReport): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    await writeFile(`${this.#heldPath}.tmp`, JSON.stringify(report));
    await rename(`${this.#heldPath}.tmp`, this.#heldPath);
  }

  /**
   * Spools what an earlier life held and never reported. If it did report it, the ledger has those rows and
   * keeps them. What is held is not synced, so a power cut may have left it unreadable: it is put aside.
   */
  async adopt(): Promise<'done' | 'unreadable'> {
    let text: string;
    try {
      text = await readFile(this.#heldPath, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return 'done';
      throw cause;
    }
    const held = heldReport(text);
    if (held === null) {
      await rename(this.#heldPath, `${this.#heldPath}.unreadable`);
      return 'unreadable';
    }
    const isSpooled = (await this.#names()).includes(basename(this.#path(held)));
    if (isSpooled) await rm(this.#heldPath, { force: true });
    else await this.put(held);
    return 'done';
  }

  /** Up to `count` reports, oldest first, none of them read: of a cell with many tenants each has megabytes. */
  async oldest(count: number): Promise<SpooledReport[]> {
    const names = (await this.#names()).sort().slice(0, count);
    return names.map((name) => ({
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

  async #names(): Promise<string[]> {
    await mkdir(this.#dir, { recursive: true });
    return (await readdir(this.#dir)).filter((name) => name.endsWith('.json'));
  }

  #path(report: UsageReport): string {
    const { bootEpoch, windowStartMs } = report;
    return join(this.#dir, `${String(windowStartMs).padStart(15, '0')}-${bootEpoch}.json`);
  }
}

function heldReport(text: string): UsageReport | null {
  try {
    return UsageReport.parse(JSON.parse(text));
  } catch {
    // Cut short, or zeros: the caller says so.
    return null;
  }
}

/** The engine's report as the queue's contract has it. */
export function jobOf(report: EngineReport): UsageReport {
  return {
    ...report,
    rows: [...report.rows],
    reached: [...report.reached],
    keyUses: [...report.keyUses],
  };
}
