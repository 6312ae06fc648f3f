import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface PasskeyRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** What a browser and the library need of one. */
export interface StoredCredential {
  readonly id: string;
  readonly userId: string;
  readonly credentialId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly transports: readonly string[];
}

const shown = { id: true, name: true, createdAt: true, lastUsedAt: true } as const;

/** A person's passkeys, which belong to no organization. Only public keys are here. */
@Injectable()
export class PasskeyStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  list(userId: string, limit: number): Promise<readonly PasskeyRow[]> {
    return this.db.passkey.findMany({
      where: { userId },
      orderBy: { createdAt: 'asc' },
      take: limit,
      select: shown,
    });
  }

  listCredentialIds(userId: string): Promise<readonly { credentialId: string; transports: string[] }[]> {
    return this.db.passkey.findMany({ where: { userId }, select: { credentialId: true, transports: true } });
  }

  async findCredential(credentialId: string): Promise<StoredCredential | null> {
    const row = await this.db.passkey.findUnique({
      where: { credentialId },
      select: {
        id: true,
        userId: true,
        credentialId: true,
        publicKey: true,
        counter: true,
        transports: true,
      },
    });
    return row && { ...row, counter: Number(row.counter) };
  }

  count(tx: ControlTx, userId: string): Promise<number> {
    return tx.passkey.count({ where: { userId } });
  }

  /** Throws a unique violation when the credential is known already. */
  async add(tx: ControlTx, key: Omit<StoredCredential, 'id'> & { readonly name: string }): Promise<string> {
    const data = { ...key, id: randomUUID(), counter: BigInt(key.counter), transports: [...key.transports] };
    return (await tx.passkey.create({ data, select: { id: true } })).id;
  }

  /** False when another has used it with a later count in the meantime, or it was removed. */
  async use(id: string, before: number, counter: number, now: Date): Promise<boolean> {
    const { count } = await this.db.passkey.updateMany({
      where: { id, counter: BigInt(before) },
      data: { counter: BigInt(counter), lastUsedAt: now },
    });
    return count > 0;
  }

  /** Null when it is not one of that person's. */
  async remove(tx: ControlTx, userId: string, id: string): Promise<{ name: string } | null> {
    const found = await tx.passkey.findFirst({ where: { userId, id }, select: { name: true } });
    if (!found) return null;
    return (await tx.passkey.deleteMany({ where: { userId, id } })).count > 0 ? found : null;
  }
}
