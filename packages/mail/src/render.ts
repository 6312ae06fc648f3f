import { auditNotice, domainNotice } from './administrator-letters.ts';
import type { KeyEvent, MailContent, SecurityEvent } from './kinds.ts';
import type { Letter } from './letter.ts';
import { linkToken } from './link-token.ts';
import { billingLetter } from './payment-letters.ts';

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface RenderContext {
  /** Where people reach the console, from the settings; without a slash at its end. */
  readonly consoleUrl: string;
  readonly authSecret: string;
}

/** Pure: the same mail comes out of every attempt to send it. */
export const renderMail = (mailId: string, content: MailContent, context: RenderContext): RenderedMail => {
  const letter = letterOf(mailId, content, context);
  return { subject: letter.subject, text: asText(letter), html: asHtml(letter) };
};

const letterOf = (mailId: string, content: MailContent, context: RenderContext): Letter => {
  const { authSecret, consoleUrl } = context;
  const linkTo = (page: string) => {
    const token = linkToken(authSecret, content.kind, mailId);
    // Behind the #, so that no server on the way, ours included, has it in a log, and no other site in a referrer.
    return `${consoleUrl}${page}#${token}`;
  };
  switch (content.kind) {
    case 'verify-address':
      return verifyAddress(linkTo('/verify-email'));
    case 'account-exists':
      return accountExists(`${consoleUrl}/sign-in`);
    case 'reset-password':
      return resetPassword(linkTo('/reset-password'));
    case 'confirm-new-address':
      return {
        subject: 'Confirm your new e-mail address',
        before: [
          'Somebody, we hope you, wants to use this address for an account of Weir. Open this to confirm that:',
        ],
        link: { label: 'Use this address', url: linkTo('/verify-email') },
        after: [
          'It works once, within two hours, for who is signed in to that account. If it was not you, do nothing.',
        ],
      };
    case 'invitation':
      return invitation(content.params.inviter, linkTo('/accept-invitation'));
    case 'address-changed':
      return addressChanged(content.params.newAddress);
    case 'account-deleted':
      return accountDeleted(content.params);
    case 'security-notice':
      return securityNotice(content.params, consoleUrl);
    case 'key-notice':
      return keyNotice(content.params, consoleUrl);
    case 'payment-notice':
    case 'address-needed':
    case 'budget-notice':
    case 'spend-notice':
    case 'webhook-notice':
      return billingLetter(content, consoleUrl);
    case 'domain-notice':
      return domainNotice(content.params, consoleUrl);
    case 'audit-notice':
      return auditNotice(content.params, consoleUrl);
  }
};

const verifyAddress = (url: string): Letter => ({
  subject: 'Confirm your e-mail address',
  before: [
    'Somebody, we hope you, signed up to Weir with this address. Open this to confirm that it is yours:',
  ],
  link: { label: 'Confirm this address', url },
  after: [
    'It works once, within a day. If it was not you, do nothing: without it the address counts for nothing.',
  ],
});

const accountExists = (url: string): Letter => ({
  subject: 'You have an account already',
  before: [
    'Somebody, perhaps you, wanted to use this address for an account of Weir. It has one already, so nothing was changed.',
    'To go on with the account that there is, sign in:',
  ],
  link: { label: 'Sign in', url },
  after: ['If it was not you, there is nothing to do.'],
});

const resetPassword = (url: string): Letter => ({
  subject: 'Set a new password',
  before: ['Somebody, we hope you, has forgotten the password of this account. To set a new one, open this:'],
  link: { label: 'Set a new password', url },
  after: [
    'It works once, within an hour, and signs the account out everywhere. If it was not you, do nothing.',
  ],
});

const invitation = (inviter: string, url: string): Letter => ({
  subject: 'You are invited to an organization',
  before: [
    `${inviter} invites you to an organization of Weir. To join it, sign in or sign up with this address, and open this:`,
  ],
  link: { label: 'Join', url },
  after: ['It works once, within a week. If you do not know who that is, do nothing.'],
});

const addressChanged = (newAddress: string): Letter => ({
  subject: 'Your e-mail address was changed',
  before: [`The account of Weir that had this address has ${newAddress} now. Mail goes there from here on.`],
  after: ['If it was not you, tell the operator of this Weir at once: somebody has your account.'],
});

const accountDeleted = ({ at, from }: (MailContent & { kind: 'account-deleted' })['params']): Letter => ({
  subject: 'Your account was deleted',
  before: [
    `Your account of Weir was deleted at ${timeText(at)}${from === null ? '' : `, from ${from}`}. Its sessions have ended, its keys are revoked, and your name and address are gone from it.`,
  ],
  after: [
    'Nobody can bring it back. You may sign up with this address again. If it was not you, tell the operator of this Weir.',
  ],
});

const timeText = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`;

const securityNotice = (
  { at, event, from }: (MailContent & { kind: 'security-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const time = timeText(at);
  return {
    subject: eventTexts[event].subject,
    before: [`${eventTexts[event].text} It was at ${time}${from === null ? '' : `, from ${from}`}.`],
    link: { label: 'Look at your account', url: `${consoleUrl}/account` },
    after: ['If it was you, there is nothing to do. If not, set a new password at once.'],
  };
};

const keyNotice = (
  { at, event, keyId }: (MailContent & { kind: 'key-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const { subject, text, after } = keyTexts[event](keyId, timeText(at));
  const link = { label: 'Look at your keys', url: `${consoleUrl}/keys` };
  return { subject, before: [text], link, after: [after] };
};

const keyTexts: Readonly<
  Record<KeyEvent, (keyId: string, at: string) => Record<'subject' | 'text' | 'after', string>>
> = {
  expires: (keyId, at) => ({
    subject: 'An API key expires soon',
    text: `The API key ${keyId} expires at ${at}. From then on clients that use it are refused.`,
    after: 'If something still uses it, create another key in time. You are told of it once.',
  }),
  'secret-leaked': (keyId, at) => ({
    subject: 'A secret of an API key was found by others',
    text: `Somebody has reported a secret of the API key ${keyId}, which was found where others could read it. It was retired at ${at}, and opens nothing any more. The other secret of the key goes on working.`,
    after:
      'Look for who used it, and from where, in the audit log, and give clients that are refused the other secret.',
  }),
  'only-secret-leaked': (keyId, at) => ({
    subject: 'An API key was revoked: its secret was found by others',
    text: `Somebody has reported the secret of the API key ${keyId}, which was found where others could read it. As it was the only one, the key was revoked at ${at}.`,
    after: 'Create another key for what used it, and look for who else did in the audit log.',
  }),
};

const eventTexts: Readonly<Record<SecurityEvent, { readonly subject: string; readonly text: string }>> = {
  'password-changed': {
    subject: 'Your password was changed',
    text: 'The password of your account was changed, and every other session was ended.',
  },
  'password-reset': {
    subject: 'Your password was set anew',
    text: 'A new password was set by a link that was mailed to you, and every session was ended.',
  },
  'second-factor-on': {
    subject: 'A second factor was turned on',
    text: 'Signing in to your account takes a code of an authenticator app from now on.',
  },
  'second-factor-off': {
    subject: 'Your second factor was turned off',
    text: 'Signing in to your account takes no code of an authenticator app any more.',
  },
  'recovery-code-used': {
    subject: 'A recovery code was used',
    text: 'Somebody, we hope you, signed in to your account with the password and one of your recovery codes.',
  },
  'passkey-added': {
    subject: 'A passkey was added',
    text: 'A passkey was added to your account, which signs in without the password.',
  },
  'passkey-removed': {
    subject: 'A passkey was removed',
    text: 'A passkey of your account was removed, and signs nobody in any more.',
  },
  'recovery-codes-made': {
    subject: 'You have new recovery codes',
    text: 'New recovery codes were made for your account. The old ones do not work any more.',
  },
};

const signature = 'Weir';

const asText = ({ before, link, after }: Letter): string =>
  [...before, ...(link === undefined ? [] : [link.url]), ...after, signature]
    .map(wrapped)
    .join('\n\n')
    .concat('\n');

const columnsMax = 76;

/** Lines that mail readers show as they are. An address stays in one piece. */
const wrapped = (paragraph: string): string => {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columnsMax) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
};

/** Nothing is loaded from anywhere, so that opening a mail tells nobody. */
const asHtml = ({ subject, before, link, after }: Letter): string => {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  const button =
    link === undefined
      ? ''
      : `<p style="margin:0 0 16px"><a href="${escapeHtml(link.url)}" style="color:#0b6b63;font-weight:600">${escapeHtml(link.label)}</a></p>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif">
${before.map(paragraph).join('')}${button}${after.map(paragraph).join('')}<p style="margin:0">${signature}</p>
</body></html>
`;
};

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
