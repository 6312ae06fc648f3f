import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Invoice } from '@weir/contracts/invoices';
import { Piscina } from 'piscina';
import { tooMany, unavailable } from '../http/refused.ts';

/** Of one organization: drawing takes from a tenth of a second to some seconds of a processor. */
const atOncePerOrganization = 2;
const waitingMax = 20;
const drawMsMax = 20_000;
const idleMsMax = 30_000;
const heapMegabytesMax = 256;

// The same file beside this one: as source where Node runs that, bundled where the bundle is.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './draw-thread.ts' : './draw-thread.js',
  import.meta.url,
);

/** Draws invoices in one thread of their own, with a bounded heap and a bounded time, one after the other. */
@Injectable()
export class InvoicePdf implements OnApplicationShutdown {
  readonly #pool = new Piscina<Invoice, Uint8Array>({
    filename: fileURLToPath(threadFile),
    ...{ minThreads: 0, maxThreads: 1, idleTimeout: idleMsMax, maxQueue: waitingMax },
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
  });
  readonly #atWork = new Map<string, number>();

  async draw(organizationId: string, invoice: Invoice): Promise<Uint8Array> {
    const others = this.#atWork.get(organizationId) ?? 0;
    if (others >= atOncePerOrganization)
      throw tooMany('Two invoices of your organization are being drawn already. Try again in a second.');
    if (this.#pool.queueSize >= waitingMax)
      throw unavailable('Too many invoices are being drawn. Try again in a few seconds.');
    this.#atWork.set(organizationId, others + 1);
    try {
      return await this.#pool.run(invoice, { signal: AbortSignal.timeout(drawMsMax) });
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'AbortError')
        throw unavailable('The invoice took too long to draw. As CSV it has the same lines.');
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
