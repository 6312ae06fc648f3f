import type { ControlTx } from '@weir/db/control';
import type { MailContent } from './kinds.ts';
import { askForMail } from './mail.store.ts';

/** People that are told of one thing. */
const peopleMax = 20;

/** Tells those who see to what an organization pays: its billing administrators and its administrators. How many were told. */
export const tellPayers = (
  tx: ControlTx,
  organizationId: string,
  content: MailContent,
  now: number,
): Promise<number> => tell(tx, organizationId, ['OrganizationAdmin', 'BillingAdmin'], content, now);

/** Tells the administrators of an organization. How many were told. */
export const tellAdministrators = (
  tx: ControlTx,
  organizationId: string,
  content: MailContent,
  now: number,
): Promise<number> => tell(tx, organizationId, ['OrganizationAdmin'], content, now);

/** Addresses that nobody has confirmed get nothing, as they may be anybody's. */
const tell = async (
  tx: ControlTx,
  organizationId: string,
  roles: readonly string[],
  content: MailContent,
  now: number,
): Promise<number> => {
  const bindings = await tx.roleBinding.findMany({
    where: {
      organizationId,
      roleName: { in: [...roles] },
      principalKind: 'User',
    },
    select: { principalId: true },
  });
  const members = await tx.member.findMany({
    where: {
      organizationId,
      user: { emailVerified: true },
      userId: { in: bindings.map(({ principalId }) => principalId) },
    },
    orderBy: { createdAt: 'asc' },
    take: peopleMax,
    select: { user: { select: { id: true, email: true } } },
  });
  for (const { user } of members)
    await askForMail(tx, { recipient: user.email, userId: user.id, content }, now);
  return members.length;
};
