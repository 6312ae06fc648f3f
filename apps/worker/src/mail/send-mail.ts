import type { SendMail } from '@weir/contracts/jobs/mail';
import { giveUpMail, type MailRow, markSent, markTried, takeMail } from '@weir/mail/mail.store';
import { renderMail } from '@weir/mail/render';
import type { WorkerDeps } from '../deps.ts';
import { MailRefused } from './mail-transport.ts';
import { isStillWanted } from './recipient.store.ts';

/** More than fit into the longest life of a mail, a day, with pauses that grow to five minutes: a bound if all else fails. */
const attemptsMax = 320;

/**
 * Makes one attempt to send a mail. Comes at least once: a mail that was sent is left alone, and one whose attempt ended
 * without a word is due again after a minute. What cannot be sent is given up with an error in the log, never silently.
 */
export const sendMail = async (deps: WorkerDeps, { mailId }: SendMail): Promise<void> => {
  const { clock, db, logger, mail: route, metrics } = deps;
  const mail = await takeMail(db, mailId, clock.now());
  if (mail === null) return;
  const { kind } = mail.content;
  if (!(await isStillWanted(db, mail))) {
    await giveUpMail(db, mail.id, 'nobody to tell it', clock.now());
    metrics.mail(kind, 'dropped');
    return;
  }
  try {
    if (mail.expiresAt.getTime() <= clock.now()) throw new MailRefused('its time has passed');
    const rendered = renderMail(mail.id, mail.content, route);
    await route.transport.send({ id: mail.id, to: mail.recipient, ...rendered });
  } catch (cause) {
    await failed(deps, mail, cause);
    return;
  }
  await markSent(db, mail.id, clock.now());
  metrics.mail(kind, 'sent');
  logger.info({ mailId: mail.id, kind, attempts: mail.attempts }, 'mail sent');
};

/** Neither address nor text is logged. */
const failed = async (
  { clock, db, logger, metrics }: WorkerDeps,
  mail: MailRow,
  cause: unknown,
): Promise<void> => {
  const fields = { err: cause, mailId: mail.id, kind: mail.content.kind, attempts: mail.attempts };
  if (cause instanceof MailRefused || mail.attempts >= attemptsMax) {
    await giveUpMail(db, mail.id, cause, clock.now());
    metrics.mail(mail.content.kind, 'given up');
    logger.error(fields, 'a mail was given up');
    return;
  }
  await markTried(db, mail, cause, clock.now());
  metrics.mail(mail.content.kind, 'tried');
  logger.warn(fields, 'a mail could not be sent, and will be tried again');
};
