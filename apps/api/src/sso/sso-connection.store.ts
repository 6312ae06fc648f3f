import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface ConnectionRow {
  readonly organizationId: string;
  readonly issuer: string;
  readonly clientId: string;
  /** Sealed. */
  readonly clientSecret: string;
  readonly groupsClaim: string;
  readonly enforcedAt: Date | null;
  readonly provenAt: Date | null;
}

const columns = {
  organizationId: true,
  issuer: true,
  clientId: true,
  clientSecret: true,
  groupsClaim: true,
  enforcedAt: true,
  provenAt: true,
} as const;

/** The identity provider of an organization, and the sessions that came by it. */
@Injectable()
export class SsoConnectionStore {
  /** Nobody else changes the organization's people, roles or provider until the transaction ends. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
  }

  find(tx: ControlTx, organizationId: string): Promise<ConnectionRow | null> {
    return tx.ssoConnection.findUnique({ where: { organizationId }, select: columns });
  }

  /** As it is set anew, nobody has signed in by it yet. */
  async save(
    tx: ControlTx,
    { organizationId, ...data }: Omit<ConnectionRow, 'enforcedAt' | 'provenAt'>,
    keepsProof: boolean,
  ): Promise<void> {
    const proof = keepsProof ? {} : { provenAt: null };
    await tx.ssoConnection.upsert({
      where: { organizationId },
      create: { organizationId, ...data },
      update: { ...data, ...proof },
      select: { organizationId: true },
    });
  }

  async remove(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.ssoConnection.deleteMany({ where: { organizationId } });
    await tx.ssoIdentity.deleteMany({ where: { organizationId } });
    await tx.groupMappingMember.deleteMany({ where: { mapping: { organizationId } } });
  }

  async setEnforced(tx: ControlTx, organizationId: string, enforcedAt: Date | null): Promise<void> {
    await tx.ssoConnection.updateMany({ where: { organizationId }, data: { enforcedAt } });
  }

  async setProven(tx: ControlTx, organizationId: string, provenAt: Date): Promise<void> {
    await tx.ssoConnection.updateMany({ where: { organizationId }, data: { provenAt } });
  }

  /** Of whomever the provider let in. */
  async endSessions(tx: ControlTx, organizationId: string): Promise<number> {
    return (await tx.session.deleteMany({ where: { ssoOrganizationId: organizationId } })).count;
  }

  /** Whether somebody can come in when the provider does not answer: what he is, is looked at elsewhere. */
  async hasStrongFactor(tx: ControlTx, userId: string): Promise<boolean> {
    const found = await tx.user.findUnique({
      where: { id: userId },
      select: { twoFactorEnabled: true, passkeys: { select: { id: true }, take: 1 } },
    });
    return found !== null && (found.twoFactorEnabled || found.passkeys.length > 0);
  }

  /** Live cluster keys of people of the organization, whose time depends on when they sign in. */
  async peoplesClusterKeys(
    tx: ControlTx,
    organizationId: string,
    ownerId?: string,
  ): Promise<readonly string[]> {
    const rows = await tx.apiKey.findMany({
      where: {
        organizationId,
        ownerKind: 'User',
        revokedAt: null,
        clusterId: { not: null },
        ...(ownerId === undefined ? {} : { ownerId }),
      },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }
}
