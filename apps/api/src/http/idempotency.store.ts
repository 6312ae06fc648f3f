import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';
import type { Call } from './call.ts';
import { Refused } from './refused.ts';

export type Claim =
  | { readonly fresh: true }
  | { readonly fresh: false; readonly resourceId: string; readonly response: unknown };

/**
 * Exactly one effect for one Idempotency-Key. The key is claimed in the transaction that has the effect, so
 * both happen or neither; of two concurrent requests the second waits in Postgres for the first and then finds
 * its claim. What is kept is which object was made, never a reply: replies may show a secret, once.
 */
@Injectable()
export class IdempotencyStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Without an Idempotency-Key every request is fresh. Refuses a key that stands for another request. */
  async claim(tx: ControlTx, call: Call, resourceId: string): Promise<Claim> {
    const { idempotency, caller } = call;
    if (!idempotency) return { fresh: true };
    const { key, operation, requestHash } = idempotency;
    const { organizationId } = caller;
    const { count } = await tx.idempotencyKey.createMany({
      data: [{ organizationId, key, operation, requestHash, resourceId }],
      skipDuplicates: true,
    });
    if (count === 1) return { fresh: true };
    const found = await tx.idempotencyKey.findUniqueOrThrow({
      where: { organizationId_key: { organizationId, key } },
      select: { operation: true, requestHash: true, resourceId: true, response: true },
    });
    if (found.operation !== operation || found.requestHash !== requestHash) throw usedForAnother();
    return { fresh: false, resourceId: found.resourceId ?? '', response: found.response };
  }

  /** For effects outside this store: keeps the reply, so that a repetition need not look at the effect. */
  async complete(call: Call, response: Prisma.InputJsonValue): Promise<void> {
    if (!call.idempotency) return;
    const { key } = call.idempotency;
    const { organizationId } = call.caller;
    await this.db.idempotencyKey.update({
      where: { organizationId_key: { organizationId, key } },
      data: { response },
      select: { key: true },
    });
  }

  /** The effect certainly did not happen: the key may be used again. */
  async release(call: Call): Promise<void> {
    if (!call.idempotency) return;
    const { key } = call.idempotency;
    const { organizationId } = call.caller;
    await this.db.idempotencyKey.deleteMany({
      where: { organizationId, key, response: { equals: Prisma.DbNull } },
    });
  }
}

const usedForAnother = () =>
  new Refused({
    status: 422,
    code: 'idempotency_key_reused',
    title: 'Idempotency-Key used before',
    detail: 'This Idempotency-Key belongs to another request. Use a new one for a new request.',
  });
