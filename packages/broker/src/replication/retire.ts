import type { BrokerLifeId, MetadataStore } from '@weir/metadata-store/port';
import { farewellMs, retireMsMax, settleMsMax } from '../cell-limits.ts';
import type { Deps } from '../deps.ts';
import type { Partition } from '../partition/partition.ts';

interface RetireDeps {
  readonly deps: Pick<Deps, 'clock' | 'log'> & { readonly metadata: Pick<MetadataStore, 'retireBroker'> };
  partitions(): Iterable<Partition>;
}

/**
 * Before a broker stops: it takes no more for what others have as well, waits until these have all of it, and has the
 * store let them lead. It answers for a moment longer, so that clients ask again and find them; nothing that was
 * acknowledged is here alone. Where that cannot be done in time the broker stops all the same, as if it had been killed.
 */
export async function retire({ deps, partitions }: RetireDeps, life: BrokerLifeId): Promise<void> {
  const { clock, log, metadata } = deps;
  const began = clock.monotonicMs();
  const led = [...partitions()].filter((partition) => partition.isLeader && partition.isReplicated);
  for (const partition of led) partition.hold.begin();
  while (led.some((partition) => !partition.isSettled) && clock.monotonicMs() - began < settleMsMax)
    await new Promise<void>((resolve) => clock.after(settledLookMs, resolve));
  const unsettled = led.filter((partition) => !partition.isSettled).length;
  try {
    for (let isComplete = false; !isComplete && clock.monotonicMs() - began < retireMsMax; ) {
      const retired = await metadata.retireBroker(life);
      if (!retired.ok) return;
      isComplete = retired.value.isComplete;
    }
    const tookMs = Math.round(clock.monotonicMs() - began);
    log.info('broker.retired', { partitions: led.length, unsettled, tookMs });
    if (led.length > 0) await new Promise<void>((resolve) => clock.after(farewellMs, resolve));
  } catch (cause) {
    log.warn('broker.not-retired', { partitions: led.length }, cause);
  }
}

const settledLookMs = 5;
