import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

export interface IdentityKey {
  readonly organizationId: string;
  readonly issuer: string;
  readonly subject: string;
}

/** Who somebody at an identity provider is here. By (issuer, subject), within the organization whose provider it is. */
@Injectable()
export class SsoIdentityStore {
  async find(tx: ControlTx, key: IdentityKey): Promise<{ userId: string; lastSignInAt: Date } | null> {
    return tx.ssoIdentity.findUnique({
      where: { organizationId_issuer_subject: key },
      select: { userId: true, lastSignInAt: true },
    });
  }

  async put(
    tx: ControlTx,
    key: IdentityKey,
    seen: { readonly userId: string; readonly groups: readonly string[]; readonly lastSignInAt: Date },
  ): Promise<void> {
    const { groups, lastSignInAt, userId } = seen;
    await tx.ssoIdentity.upsert({
      where: { organizationId_issuer_subject: key },
      create: { ...key, userId, groups: [...groups], lastSignInAt },
      update: { groups: [...groups], lastSignInAt },
      select: { userId: true },
    });
  }

  /** One person is one somebody at a provider: whom she was connected to before, she is not any more. */
  async removeOthers(tx: ControlTx, key: IdentityKey, userId: string): Promise<void> {
    const { organizationId, issuer, subject } = key;
    await tx.ssoIdentity.deleteMany({ where: { organizationId, issuer, userId, subject: { not: subject } } });
  }

  /** Somebody whom only her organization's provider vouches for: without a password, and her address is confirmed. */
  async addPerson(tx: ControlTx, person: { id: string; name: string; email: string }): Promise<void> {
    await tx.user.create({ data: { ...person, emailVerified: true }, select: { id: true } });
  }
}
