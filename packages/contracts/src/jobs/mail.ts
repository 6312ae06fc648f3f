import { z } from 'zod';

/** Queue and job by which the worker sends mail. */
export const mailQueue = 'mail';
export const sendMailJob = 'mail.send';

/** Only a pointer: what is sent, and whether it still is to be, is read from Postgres when the job runs. */
export const SendMail = z.object({ mailId: z.uuid() });
export type SendMail = z.infer<typeof SendMail>;
