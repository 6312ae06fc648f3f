import { isLoopbackUrl, mailAddress, port, publicUrl, secretText, smtpUrl } from './env.ts';

/** What API and worker both read, since they must agree on where mail goes and where its links lead. */
export const mailEnv = {
  WEIR_CONSOLE_PORT: port(3000),
  WEIR_CONSOLE_PUBLIC_URL: publicUrl('https://console.example.com').optional(),
  WEIR_API_PORT: port(4000),
  WEIR_API_PUBLIC_URL: publicUrl('https://api.example.com').optional(),
  SMTP_URL: smtpUrl().optional(),
  WEIR_MAIL_FROM: mailAddress().optional(),
  WEIR_OUTBOX_KEY: secretText(32).optional(),
};

/** Where people reach console and API, without a slash at the end; what stands in every link is this and nothing else. */
export interface MailSettings {
  readonly consoleUrl: string;
  readonly publicUrl: string;
  /** Null: no mail server. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /**
   * Who has it may read the mail that nobody sends, with links that open every account. Null where there is a mail
   * server, and wherever people come from other machines, whatever is set.
   */
  readonly outboxKey: string | null;
}

interface Given {
  readonly WEIR_CONSOLE_PORT: number;
  readonly WEIR_CONSOLE_PUBLIC_URL?: string | undefined;
  readonly WEIR_API_PORT: number;
  readonly WEIR_API_PUBLIC_URL?: string | undefined;
  readonly SMTP_URL?: string | undefined;
  readonly WEIR_MAIL_FROM?: string | undefined;
  readonly WEIR_OUTBOX_KEY?: string | undefined;
}

/** Takes what `mailEnv` parsed. */
export const mailSettings = (given: Given): MailSettings => {
  const consoleUrl = plain(given.WEIR_CONSOLE_PUBLIC_URL ?? `http://localhost:${given.WEIR_CONSOLE_PORT}`);
  const apiUrl = plain(given.WEIR_API_PUBLIC_URL ?? `http://localhost:${given.WEIR_API_PORT}`);
  const isLocal = isLoopbackUrl(consoleUrl) && isLoopbackUrl(apiUrl);
  return {
    consoleUrl,
    publicUrl: apiUrl,
    smtpUrl: given.SMTP_URL ?? null,
    mailFrom: given.WEIR_MAIL_FROM ?? `Weir <no-reply@${new URL(consoleUrl).hostname}>`,
    outboxKey: given.SMTP_URL === undefined && isLocal ? (given.WEIR_OUTBOX_KEY ?? null) : null,
  };
};

const plain = (url: string): string => url.replace(/\/+$/, '');
