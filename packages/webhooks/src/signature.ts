import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
/** Standard Webhooks takes 24 to 64. */
const secretBytes = 32;

/** What a secret is sealed as, for its webhook and its number. */
export const webhookSecretPurpose = 'webhook secret';

/** `whsec_` and the key in base64, as its receivers' libraries take it. */
export const makeWebhookSecret = (): string => prefix + randomBytes(secretBytes).toString('base64');

export interface SignedMessage {
  readonly id: string;
  /** Whole seconds since the epoch, of this attempt. */
  readonly timestampSeconds: number;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks, 1.0.0: HMAC-SHA256 over id, time stamp and body, once for each live secret, so that a
 * receiver that knows either takes it.
 */
export const signatureHeaders = (
  secrets: readonly string[],
  { body, id, timestampSeconds }: SignedMessage,
): Record<string, string> => {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(prefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
};
