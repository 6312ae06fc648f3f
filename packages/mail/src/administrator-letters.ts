import type { MailContent } from './kinds.ts';
import type { Letter } from './letter.ts';

export const auditNotice = (
  { problem, since }: (MailContent & { kind: 'audit-notice' })['params'],
  consoleUrl: string,
): Letter => ({
  subject: 'Your audit log does not come to its topic',
  before: [
    `Since ${since.slice(0, 16).replace('T', ' ')} UTC events of your organization’s audit log could not be written to the topic that was set for them.`,
    problem,
    'Nothing is lost: the log has all of them, and delivery goes on where it stands as soon as it can.',
  ],
  link: { label: 'Look at the delivery', url: `${consoleUrl}/audit` },
  after: ['You are told once, until it has succeeded again.'],
});
