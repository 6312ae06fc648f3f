import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { tooMany, unavailable } from '../http/refused.ts';
import type { Paper } from './paper.ts';

/** Of one organization: printing takes from a tenth of a second to some seconds of a processor. */
const atOncePerOrganization = 2;
const waitingMax = 20;
const printMsMax = 20_000;
const idleMsMax = 30_000;
const heapMegabytesMax = 256;

// The same file beside this one: as source where Node runs that, bundled where the bundle is.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './print-thread.ts' : './print-thread.js',
  import.meta.url,
);

/** Prints papers in one thread of their own, with a bounded heap and a bounded time, one after the other. */
@Injectable()
export class PaperPrinter implements OnApplicationShutdown {
  readonly #pool = new Piscina<Paper, Uint8Array>({
    filename: fileURLToPath(threadFile),
    ...{ minThreads: 0, maxThreads: 1, idleTimeout: idleMsMax, maxQueue: waitingMax },
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  readonly #atWork = new Map<string, number>();

  async print(organizationId: string, paper: Paper): Promise<Uint8Array> {
    const others = this.#atWork.get(organizationId) ?? 0;
    if (others >= atOncePerOrganization)
      throw tooMany('Two papers of your organization are being printed already. Try again in a second.');
    if (this.#pool.queueSize >= waitingMax)
      throw unavailable('Too many papers are being printed. Try again in a few seconds.');
    this.#atWork.set(organizationId, others + 1);
    try {
      return await this.#pool.run(paper, { signal: AbortSignal.timeout(printMsMax) });
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError')
        throw unavailable('It took too long to print. An invoice as CSV has the same lines.');
      throw cause;
    } finally {
      const left = (this.#atWork.get(organizationId) ?? 1) - 1;
      if (left === 0) this.#atWork.delete(organizationId);
      else this.#atWork.set(organizationId, left);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.destroy();
  }
}
