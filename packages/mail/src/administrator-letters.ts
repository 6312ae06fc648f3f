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

export const domainNotice = (
  { domain, event, lapsesAt }: (MailContent & { kind: 'domain-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const link = { label: 'Look at your domains', url: `${consoleUrl}/members/single-sign-on` };
  if (event === 'missing') {
    return {
      subject: `The record that proves ${domain} is gone`,
      before: [
        `DNS has the TXT record no more that proves that ${domain} is your organization’s.`,
        `Single sign-on by it goes on until ${lapsesAt.slice(0, 16).replace('T', ' ')} UTC. If the record is not back by then, the domain counts for nothing.`,
      ],
      link,
      after: ['The page shows the record as it has to be. It is looked for each day.'],
    };
  }
  return {
    subject: `${domain} is not proved any more`,
    before: [
      `The TXT record that proves that ${domain} is your organization’s was gone for a week, or proves another one’s now.`,
      'Nobody comes in by single sign-on with an address of it, and nobody has to: whoever has a password signs in with that. Who has none asks for one with the address.',
    ],
    link,
    after: ['To prove it again, put the record back and look for it on the page.'],
  };
};
