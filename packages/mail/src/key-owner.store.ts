import type { ControlTx } from '@weir/db/control';
import type { KeyEvent } from './kinds.ts';
import { askForMail } from './mail.store.ts';

export interface ToldKey {
  readonly id: string;
  readonly organizationId: string;
  readonly ownerKind: string;
  readonly ownerId: string;
  readonly expiresAt: Date | null;
}

/** People that are told of one key: of a service account nobody in particular reads the mail. */
const peopleMax = 20;

/**
 * Tells who has to do with a key what happened to it, or will: the person whose it is, of a service account's the
 * organization's administrators, and all of them where somebody has found a secret. Addresses that nobody has confirmed
 * get nothing, as they may be anybody's. How many were told.
 */
export const tellKeyOwner = async (
  tx: ControlTx,
  key: ToldKey,
  event: KeyEvent,
  now: number,
): Promise<number> => {
  const { organizationId, ownerId } = key;
  const isPersons = key.ownerKind === 'User';
  const administrators =
    event === 'expires' && isPersons
      ? []
      : await tx.roleBinding.findMany({
          where: { organizationId, roleName: 'OrganizationAdmin', principalKind: 'User' },
          select: { principalId: true },
        });
  const told = [...(isPersons ? [ownerId] : []), ...administrators.map((one) => one.principalId)];
  const members = await tx.member.findMany({
    where: { organizationId, user: { emailVerified: true }, userId: { in: told } },
    orderBy: { createdAt: 'asc' },
    take: peopleMax,
    select: { user: { select: { id: true, email: true } } },
  });
  const at = new Date(event === 'expires' ? (key.expiresAt ?? now) : now).toISOString();
  const content = { kind: 'key-notice', params: { event, keyId: key.id, at } } as const;
  for (const { user } of members) {
    await askForMail(tx, { recipient: user.email, userId: user.id, content }, now);
  }
  return members.length;
};
