import type { LocalOutbox } from '@weir/contracts/people';
import { renderMail } from '@weir/mail/render';
import { forbidden, notFound } from '../http/refused.ts';
import { sameSecret } from '../http/same-secret.ts';
import type { ApiSettings } from '../settings.ts';
import type { MailStore } from './mail.store.ts';

/**
 * What would have been sent, had this installation a mail server. Its links open every account, so it takes a key that
 * only who started this machine has; being on the machine is not enough, since a proxy on it stands for anybody. Where
 * people come from elsewhere there is none (packages/runtime/src/mail-env.ts). See adr/0002-mail-and-its-links.md.
 */
export const showOutbox = async (
  settings: ApiSettings,
  mails: MailStore,
  key: string,
): Promise<LocalOutbox> => {
  const { authSecret, consoleUrl, outboxKey } = settings;
  if (outboxKey === null) throw notFound();
  if (!sameSecret(key, outboxKey)) {
    throw forbidden('That is not the key of this outbox. It stands in the terminal where Weir was started.');
  }
  const rows = await mails.listAll();
  return {
    data: rows.map((row) => {
      const { subject, text } = renderMail(row.id, row.content, { authSecret, consoleUrl });
      return { id: row.id, recipient: row.recipient, subject, text, created_at: row.createdAt.toISOString() };
    }),
  };
};
