import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';
import type { KeptSecret } from './make-secret.ts';

/** A secret that somebody has found, and whose it is. */
export interface FoundSecret {
  readonly keyId: string;
  readonly number: number;
  readonly organizationId: string;
}

/** Live secrets of keys. Whoever changes them has locked the key. */
@Injectable()
export class ApiKeySecretStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Under the next number of the key, which it returns. */
  async add(tx: ControlTx, organizationId: string, keyId: string, kept: KeptSecret): Promise<number> {
    const { secretsMade: number } = await tx.apiKey.update({
      where: { id: keyId, organizationId },
      data: { secretsMade: { increment: 1 } },
      select: { secretsMade: true },
    });
    await tx.apiKeySecret.create({ data: { keyId, number, ...kept }, select: { number: true } });
    return number;
  }

  /** What is kept of it goes as well. */
  async remove(tx: ControlTx, organizationId: string, keyId: string, number: number): Promise<void> {
    await tx.apiKeySecret.deleteMany({ where: { keyId, number, key: { organizationId } } });
  }

  async removeAll(tx: ControlTx, organizationId: string, keyId: string): Promise<void> {
    await tx.apiKeySecret.deleteMany({ where: { keyId, key: { organizationId } } });
  }

  /** The verifiers of the secret that a cluster's key has; null: there is no such key, or none any more. */
  async scramOf(organizationId: string, keyId: string): Promise<unknown> {
    const found = await this.db.apiKeySecret.findFirst({
      where: { keyId, key: { organizationId } },
      orderBy: { number: 'asc' },
      select: { scram: true },
    });
    return found?.scram ?? null;
  }

  /** Looking a secret up before anyone knows whose it is: the one query here without an organization. */
  async findByFingerprint(fingerprint: string): Promise<FoundSecret | null> {
    const found = await this.db.apiKeySecret.findUnique({
      where: { fingerprint },
      select: { keyId: true, number: true, key: { select: { organizationId: true } } },
    });
    return found && { keyId: found.keyId, number: found.number, organizationId: found.key.organizationId };
  }
}
