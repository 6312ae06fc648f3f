import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { z } from 'zod';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, OutcomeUnknown, Refused } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

const Json = z.json();

/**
 * Idempotency keys for effects that are not in the control plane's store: the key is claimed first and the
 * reply kept after. A request that died in between leaves a claim without a reply; its outcome is then looked
 * for with `find`, and where it cannot be found the key stays used, since doing it again might do it twice.
 */
@Injectable()
export class Once {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
  ) {}

  async run<T>(
    call: Call,
    reply: z.ZodType<T>,
    effect: () => Promise<T>,
    find: () => Promise<T | null>,
  ): Promise<T> {
    if (!call.idempotency) return effect();
    const claim = await this.db.$transaction((tx) => this.idempotency.claim(tx, call, ''));
    if (!claim.fresh) {
      const earlier = claim.response === null ? await find() : reply.parse(claim.response);
      if (earlier !== null) return earlier;
      throw conflict(
        'in_progress',
        'A request with this Idempotency-Key is under way, or its outcome is not known. It is not done again: ' +
          'look whether it happened, and use a new key if it did not.',
      );
    }
    return this.#attempt(call, effect);
  }

  async #attempt<T>(call: Call, effect: () => Promise<T>): Promise<T> {
    try {
      const done = await effect();
      const json = Json.parse(done);
      if (json !== null) await this.idempotency.complete(call, json);
      return done;
    } catch (cause) {
      // Only a refusal says for certain that nothing happened, but for the one that says it does not know.
      if (cause instanceof Refused && !(cause instanceof OutcomeUnknown))
        await this.idempotency.release(call);
      throw cause;
    }
  }
}
