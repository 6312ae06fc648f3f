import { askForMail } from '@weir/mail/mail.store';
import { type AdminTools, auditOf, type Operator, operatorCall, UsageError } from './operator.ts';

/**
 * For who has lost the device and the recovery codes, and has proved to the operator who he is: the password alone signs
 * in again. Every session ends, and the owner is told by mail; each organization that he is in has it in its log.
 */
export const resetSecondFactor = async (
  tools: AdminTools,
  address: string | undefined,
  operator: Operator,
): Promise<void> => {
  const { clock, db, print } = tools;
  await db.$transaction(async (tx) => {
    const email = address?.toLowerCase() ?? '';
    await tx.$queryRaw`SELECT 1 FROM users WHERE email = ${email} FOR NO KEY UPDATE`;
    const person = await tx.user.findUnique({
      where: { email },
      select: { id: true, twoFactorEnabled: true },
    });
    if (!person) throw new UsageError(`Nobody has the address "${address ?? ''}".`);
    if (!person.twoFactorEnabled) throw new UsageError(`${email} has no second factor.`);
    const { id: userId } = person;
    await tx.twoFactor.deleteMany({ where: { userId } });
    await tx.user.update({ where: { id: userId }, data: { twoFactorEnabled: false }, select: { id: true } });
    const { count } = await tx.session.deleteMany({ where: { userId } });
    const at = new Date(clock.now()).toISOString();
    const content = {
      kind: 'security-notice',
      params: { event: 'second-factor-off', at, from: null },
    } as const;
    await askForMail(tx, { recipient: email, userId, content }, clock.now());
    const memberships = await tx.member.findMany({
      where: { userId },
      orderBy: { organizationId: 'asc' },
      select: { organizationId: true },
    });
    for (const { organizationId } of memberships) {
      await auditOf(tools).record(tx, operatorCall(organizationId, operator), {
        action: 'user.reset-second-factor',
        resource: { kind: 'User', id: userId },
        after: { reason: operator.reason, sessions_ended: count },
      });
    }
  });
  print(`${address?.toLowerCase()}  signs in with the password alone, and is told by mail`);
};
