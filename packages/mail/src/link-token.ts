import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * The token in a mail's link: the mail's id and an HMAC of it (RFC 2104) under a key of its own. Whoever has the store
 * but not the secret cannot make one, and the other way round.
 */
export const linkToken = (authSecret: string, kind: string, mailId: string): string =>
  `${mailId}.${macOf(authSecret, kind, mailId).toString('base64url')}`;

const form = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Which mail a token says it is of; null when it is none of ours by its form. */
export const mailIdOf = (token: string): string | null => form.exec(token)?.[1] ?? null;

/** Whether the token was made for that mail. Takes as long whatever is wrong with it. */
export const isLinkToken = (authSecret: string, kind: string, token: string): boolean => {
  const [, mailId, mac] = form.exec(token) ?? [];
  if (mailId === undefined || mac === undefined) return false;
  return timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(authSecret, kind, mailId));
};

const macOf = (authSecret: string, kind: string, mailId: string): Buffer => {
  const key = new Uint8Array(hkdfSync('sha256', authSecret, '', 'weir links in mails', 32));
  return createHmac('sha256', key).update(`${kind} ${mailId}`).digest();
};
