import type { ControlDb } from '@weir/db/control';
import type { MailRow } from '@weir/mail/mail.store';

/**
 * Whether there is still somebody to send a mail to. Who asks for one about an address is told nothing, so it is only
 * here that somebody looks whether the address is anybody's.
 */
export const isStillWanted = async (db: ControlDb, mail: MailRow): Promise<boolean> => {
  switch (mail.content.kind) {
    case 'verify-address': {
      const found = await findByAddress(db, mail.recipient);
      return found !== null && found.id === mail.userId && !found.emailVerified;
    }
    case 'account-exists':
    case 'reset-password':
      return (await findByAddress(db, mail.recipient)) !== null;
    case 'confirm-new-address':
      return (await findByAddress(db, mail.recipient)) === null;
    case 'invitation': {
      const id = mail.content.params.invitationId;
      return (await db.invitation.count({ where: { id, closedAt: null } })) > 0;
    }
    case 'key-notice': {
      const { event, keyId: id } = mail.content.params;
      if (event !== 'expires') return true;
      return (await db.apiKey.count({ where: { id, revokedAt: null } })) > 0;
    }
    case 'spend-notice':
      return (await db.spendLimit.count({ where: { id: mail.content.params.limitId } })) > 0;
    case 'budget-notice':
      return (await db.budget.count({ where: { id: mail.content.params.budgetId } })) > 0;
    case 'webhook-notice':
      return (await db.webhook.count({ where: { id: mail.content.params.webhookId } })) > 0;
    case 'domain-notice':
      return (await db.ssoDomain.count({ where: { id: mail.content.params.domainId } })) > 0;
    case 'audit-notice': {
      const { organizationId } = mail.content.params;
      return (await db.auditDelivery.count({ where: { organizationId, failingSince: { not: null } } })) > 0;
    }
    case 'payment-notice':
    case 'address-needed':
    case 'account-deleted':
    case 'address-changed':
    case 'security-notice':
      return true;
  }
};

const findByAddress = (db: ControlDb, email: string) =>
  db.user.findUnique({ where: { email }, select: { id: true, emailVerified: true } });
