import { webhookEventData } from '@weir/contracts/webhook-events';
import { createWebhook, resendWebhookDelivery, SentEventType } from '@weir/contracts/webhooks';
import { z } from 'zod';
import { escapeHtml } from './escape-html.ts';

/** As a server of somebody's would hold a request against the secret of its webhook. */
export const checkOfSignature = `import { createHmac, timingSafeEqual } from 'node:crypto';

// body: the bytes that came, before anything parses them.
export function isFromWeir(secret, headers, body) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': given = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(time)) <= 300)) return false;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const right = createHmac('sha256', key).update(\`\${id}.\${time}.\${body}\`).digest();
  return given.split(' ').some((each) => {
    const [version, signature = ''] = each.split(',');
    const bytes = Buffer.from(signature, 'base64');
    return version === 'v1' && bytes.length === right.length && timingSafeEqual(bytes, right);
  });
}`;

/** The fields of an event, with what each is. */
const fieldsOf = (type: SentEventType): string => {
  const { properties = {} } = z.toJSONSchema(webhookEventData[type], {
    io: 'output',
    unrepresentable: 'any',
  });
  return Object.entries(properties)
    .map(([name, field]) => {
      const description = typeof field === 'object' ? (field.description ?? '') : '';
      return `<li><code>${escapeHtml(name)}</code> ${escapeHtml(description)}</li>`;
    })
    .join('\n');
};

/** What a server of somebody's is told, how it knows that it is us, and what it is to answer. */
export const webhooksPage = (
  publicUrl: string,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Webhooks of Weir</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>Webhooks</h1>
<p>A server of yours is told of what happens to limits, budgets and payment, as
<a href="https://www.standardwebhooks.com">Standard Webhooks</a> has it. Make one on the billing page, or with
<code>${createWebhook.method} ${publicUrl}${createWebhook.path}</code>; its secret is shown once.</p>
<h2>What comes</h2>
<p>A POST with JSON: <code>type</code>, <code>timestamp</code> (when it happened, whenever it is told) and
<code>data</code>. Any answer from 200 to 299 within ten seconds is taken as "I have it". Anything else, or none, and it
comes again, less and less often, for three days; then the webhook is switched off and you are mailed. An answer of 410
switches it off at once.</p>
<p>It comes at least once, and not always in order: <code>webhook-id</code> is the same in each attempt, so that a server
knows what it has already. What your server lost can be sent again, from the log of the webhook or with
<code>${resendWebhookDelivery.method} ${publicUrl}${resendWebhookDelivery.path}</code>; the log goes back 30 days.</p>
<h2>How to know that it is us</h2>
<p>Libraries of Standard Webhooks take the secret as it is. By hand, with nothing but Node:</p>
<pre>${escapeHtml(checkOfSignature)}</pre>
<p>While a secret is rotated there are two signatures, and either of the secrets fits.</p>
<h2>What there is to be told</h2>
${SentEventType.options
  .map((type) => `<h3><code>${type}</code></h3><p><code>data</code> has</p><ul>\n${fieldsOf(type)}</ul>`)
  .join('\n')}
<p>Events that are not here yet come to a webhook that names none: answer 200 to what you do not know.</p>
</main></body></html>`;
