import type { ControlDb } from '@weir/db/control';

/** Somebody who sees to billing, with a confirmed address, who is returned. */
export const addPayer = async (db: ControlDb, organizationId: string): Promise<string> => {
  const userId = crypto.randomUUID();
  const email = `${organizationId}@example.com`;
  await db.user.create({ data: { id: userId, name: 'Ada', email, emailVerified: true } });
  await db.member.create({ data: { organizationId, userId } });
  const everywhere = { crnPattern: 'crn://weir/organization', scope: 'organization' };
  const role = { principalKind: 'User', principalId: userId, roleName: 'BillingAdmin', ...everywhere };
  await db.roleBinding.create({ data: { id: crypto.randomUUID(), organizationId, ...role } });
  return email;
};
