import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageReport } from '@weir/contracts/jobs/usage-report';

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
    const directory = await open(this.#dir, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Up to `count` reports, oldest first. */
  async oldest(count: number): Promise<UsageReport[]> {
    const names = (await this.#names()).sort().slice(0, count);
    return Promise.all(
      names.map(async (name) => UsageReport.parse(JSON.parse(await readFile(join(this.#dir, name), 'utf8')))),
    );
  }

  async size(): Promise<number> {
    return (await this.#names()).length;
  }

  async remove(report: UsageReport): Promise<void> {
    await rm(this.#path(report), { force: true });
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
