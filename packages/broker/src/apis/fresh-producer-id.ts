import { StoreError } from '@weir/metadata-store/port';
import type { RequestContext } from './handler.ts';

/** A producer id that nobody had; null where the store is away and none is left. */
export async function freshProducerId({ services }: RequestContext): Promise<number | null> {
  try {
    return await services.producerIds.take();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    services.deps.log.warn('producer-id.unavailable', {}, cause);
    return null;
  }
}
