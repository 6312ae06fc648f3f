import { type SendMail, sendMailJob } from '@weir/contracts/jobs/mail';
import { findDueMails } from '@weir/mail/mail.store';
import type { WorkerDeps } from '../deps.ts';

/** The part of a BullMQ queue that the sweep needs. */
export interface MailSink {
  addBulk(jobs: { name: string; data: SendMail; opts: { jobId: string } }[]): Promise<unknown>;
}

const mailsMax = 100;

/** Queues every mail that is due, as the outbox's sweep does: Postgres is the truth, the queue may be lost. */
export const sweepMails = async (deps: WorkerDeps, queue: MailSink): Promise<number> => {
  const due = await findDueMails(deps.db, deps.clock.now(), mailsMax);
  if (due.length === 0) return 0;
  await queue.addBulk(
    due.map((mailId) => ({ name: sendMailJob, data: { mailId }, opts: { jobId: `mail-${mailId}` } })),
  );
  return due.length;
};
