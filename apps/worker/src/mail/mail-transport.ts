import type { RenderedMail } from '@weir/mail/render';
import { createTransport } from 'nodemailer';

/** How mail leaves here. */
export interface MailTransport {
  /** Resolves when somebody else has taken the mail over. Rejects with MailRefused when trying again is no use. */
  send(mail: RenderedMail & { readonly id: string; readonly to: string }): Promise<void>;
  /** Whether the server is there and lets us in; rejects with the reason. */
  check(): Promise<void>;
  close(): void;
}

/** The server will not take this mail, however often it is asked (RFC 5321, replies of 5yz). */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';
}

/** All of it together stays below the time that an attempt has a mail to itself; milliseconds. */
const connectMsMax = 10_000;
const greetingMsMax = 10_000;
const silenceMsMax = 20_000;
const connectionsMax = 4;

/** Sends by SMTP. `smtps:` is encrypted from the first byte; `smtp:` becomes so by STARTTLS before a password is sent. */
export const smtpTransport = (smtpUrl: string, from: string): MailTransport => {
  const { auth, host, isSecure, port } = serverOf(smtpUrl);
  const transport = createTransport({
    host,
    port,
    secure: isSecure,
    requireTLS: !isSecure && auth !== null && !isLoopback(host),
    ...(auth === null ? {} : { auth }),
    pool: true,
    maxConnections: connectionsMax,
    connectionTimeout: connectMsMax,
    greetingTimeout: greetingMsMax,
    socketTimeout: silenceMsMax,
    // A mail has no parts from elsewhere, and no template of ours is to make it read a file or a page.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.replace(/^.*@|>$/g, '');
  return {
    send: async ({ id, to, subject, text, html }) => {
      try {
        // One id for every attempt, by which a mailbox may tell that it has a mail already.
        const messageId = `<${id}@${domain}>`;
        const headers = { 'Auto-Submitted': 'auto-generated' };
        await transport.sendMail({
          from,
          to: { name: '', address: to },
          subject,
          text,
          html,
          messageId,
          headers,
        });
      } catch (cause) {
        throw isFinal(cause) ? new MailRefused('the mail server refused it for good', { cause }) : cause;
      }
    },
    check: async () => void (await transport.verify()),
    close: () => transport.close(),
  };
};

/** Nothing to do: what is marked as sent is shown on the local outbox page. */
export const localOutbox: MailTransport = {
  send: () => Promise.resolve(),
  check: () => Promise.resolve(),
  close: () => undefined,
};

/** Neither a server nor a local page: mail waits as long as it is worth anything, and says why. */
export const noMailServer: MailTransport = {
  send: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
  check: () => Promise.reject(new Error('no mail server is configured (SMTP_URL)')),
  close: () => undefined,
};

const serverOf = (smtpUrl: string) => {
  const { hostname, password, port, protocol, username } = new URL(smtpUrl);
  const isSecure = protocol === 'smtps:';
  const auth =
    username === '' ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  const host = hostname.replace(/^\[|\]$/g, '');
  return { auth, host, isSecure, port: port === '' ? (isSecure ? 465 : 587) : Number(port) };
};

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

/** A sign-in that fails is ours to repair, so those mails wait for it. */
const isFinal = (cause: unknown): boolean => {
  if (!(cause instanceof Error)) return false;
  const { code, responseCode } = cause as { code?: unknown; responseCode?: unknown } & Error; // As nodemailer writes them.
  return typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH' && code !== 'ETLS';
};
