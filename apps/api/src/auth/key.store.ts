import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface KeyRow {
  readonly id: string;
  readonly organizationId: string;
  readonly ownerKind: 'User' | 'ServiceAccount';
  readonly ownerId: string;
  readonly clusterId: string | null;
  readonly cloudVerifier: string | null;
  readonly scram: unknown;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly clusterGone: boolean;
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
        cloudVerifier: true,
        scram: true,
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
}
