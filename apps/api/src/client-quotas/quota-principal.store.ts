import { Injectable } from '@nestjs/common';
import { defaultPrincipal } from '@weir/contracts/client-quotas';
import type { ControlTx } from '@weir/db/control';

/** Who can have a quota in a cluster. */
@Injectable()
export class QuotaPrincipalStore {
  /** Those that are nobody of the organization, and no key of the cluster. */
  async unknown(
    tx: ControlTx,
    organizationId: string,
    clusterId: string,
    principals: readonly string[],
  ): Promise<readonly string[]> {
    const id = { in: [...principals] };
    const [accounts, people, keys] = await Promise.all([
      tx.serviceAccount.findMany({ where: { id, organizationId, deletedAt: null }, select: { id: true } }),
      tx.member.findMany({ where: { userId: id, organizationId }, select: { userId: true } }),
      tx.apiKey.findMany({ where: { id, organizationId, clusterId, revokedAt: null }, select: { id: true } }),
    ]);
    const known = new Set([
      defaultPrincipal,
      ...[...accounts, ...keys].map((one) => one.id),
      ...people.map(({ userId }) => userId),
    ]);
    return principals.filter((principal) => !known.has(principal));
  }
}
