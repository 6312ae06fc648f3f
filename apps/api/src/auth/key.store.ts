import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { keysLapseAt } from '@weir/provisioning/single-sign-on.store';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface KeyRow {
  readonly id: string;
  readonly organizationId: string;
  readonly ownerKind: 'User' | 'ServiceAccount';
  readonly ownerId: string;
  readonly clusterId: string | null;
  /** Those that are live, the older first. */
  readonly secrets: readonly KeptSecretRow[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly clusterGone: boolean;
}

export interface KeptSecretRow {
  readonly number: number;
  readonly cloudVerifier: string | null;
  readonly scram: unknown;
  readonly lastUsedAt: Date | null;
}

/** Who used a secret. */
export interface SecretUser {
  readonly address: string | null;
  /** As a program calls itself over HTTP. */
  readonly userAgent: string | null;
}

/** Looking a key up before anyone knows whose it is: the one query without an organization. */
@Injectable()
export class KeyStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  async find(id: string): Promise<KeyRow | null> {
    const row = await this.db.apiKey.findUnique({
      where: { id },
      select: {
        id: true,
        organizationId: true,
        ownerKind: true,
        ownerId: true,
        clusterId: true,
        secrets: {
          orderBy: { number: 'asc' },
          select: { number: true, cloudVerifier: true, scram: true, lastUsedAt: true },
        },
        expiresAt: true,
        revokedAt: true,
        cluster: { select: { phase: true, deletedAt: true } },
      },
    });
    if (!row) return null;
    const { cluster, ownerKind, ...key } = row;
    const clusterGone = cluster !== null && (cluster.deletedAt !== null || cluster.phase === 'DELETING');
    return { ...key, ownerKind: ownerKind === 'User' ? 'User' : 'ServiceAccount', clusterGone };
  }

  /** Until when a person's keys work where single sign-on is enforced for her; null: that is not so. */
  lapsesAt(organizationId: string, userId: string): Promise<Date | null> {
    return keysLapseAt(this.db, organizationId, userId);
  }

  /** Nothing is written if it was seen since. */
  async see(keyId: string, number: number, at: Date, unlessSince: Date, by: SecretUser): Promise<void> {
    await this.db.apiKeySecret.updateMany({
      where: { keyId, number, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: unlessSince } }] },
      data: {
        lastUsedAt: at,
        lastUsedAddress: by.address,
        lastUsedClientId: null,
        lastUsedSoftware: by.userAgent,
        lastUsedVersion: null,
      },
    });
  }
}
