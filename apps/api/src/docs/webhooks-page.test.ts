import { webhookEventData } from '@weir/contracts/webhook-events';
import { SentEventType } from '@weir/contracts/webhooks';
import { makeWebhookSecret, signatureHeaders } from '@weir/webhooks/signature';
import { expect, it } from 'vitest';
import { checkOfSignature, webhooksPage } from './webhooks-page.ts';

const page = webhooksPage('https://api.example.com');

it('names every event with each of its fields', () => {
  for (const type of SentEventType.options) {
    const [, section = ''] = page.split(`<h3><code>${type}</code></h3>`);
    const [own = ''] = section.split('<h3>');
    for (const field of Object.keys(webhookEventData[type].shape))
      expect(own, type).toContain(`<li><code>${field}</code>`);
  }
  expect(page).toContain('https://api.example.com/billing/v1/webhooks');
});

it('the check that it shows takes what we sign with either secret, and nothing that is forged, changed or old', async () => {
  const text = `data:text/javascript,${encodeURIComponent(checkOfSignature)}`;
  // What the page's own text exports.
  const { isFromWeir } = (await import(/* @vite-ignore */ text)) as {
    isFromWeir: (secret: string, headers: object, body: string) => boolean;
  };
  const [first, second, other] = [makeWebhookSecret(), makeWebhookSecret(), makeWebhookSecret()];
  const body = '{"type":"webhook.test","data":{"name":"é"}}';
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders([first, second], { id: 'msg-1', timestampSeconds, body });
  expect([first, second, other].map((secret) => isFromWeir(secret, headers, body))).toEqual([
    true,
    true,
    false,
  ]);
  expect(isFromWeir(first, headers, `${body} `)).toBe(false);
  expect(isFromWeir(first, { ...headers, 'webhook-id': 'msg-2' }, body)).toBe(false);
  expect(isFromWeir(first, { ...headers, 'webhook-signature': 'v1,' }, body)).toBe(false);
  expect(isFromWeir(first, {}, body)).toBe(false);
  const old = signatureHeaders([first], { id: 'msg-1', timestampSeconds: timestampSeconds - 301, body });
  expect(isFromWeir(first, old, body)).toBe(false);
});
