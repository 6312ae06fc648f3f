import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { makeWebhookSecret, signatureHeaders } from './signature.ts';

it('signs the example of the specification’s own libraries as they do', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1_614_265_330,
    body: '{"test": 2432232314}',
  };
  expect(signatureHeaders([secret], message)['webhook-signature']).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

it('signs with each live secret, so that whoever knows one of them takes it', () => {
  const secrets = [makeWebhookSecret(), makeWebhookSecret()];
  const message = { id: 'msg_1', timestampSeconds: 1_700_000_000, body: '{}' };
  const headers = signatureHeaders(secrets, message);
  const found = (headers['webhook-signature'] ?? '').split(' ');
  const wanted = secrets.map((secret) => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(key.length).toBe(32);
    return `v1,${createHmac('sha256', key).update('msg_1.1700000000.{}').digest('base64')}`;
  });
  expect(found).toEqual(wanted);
  expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'webhook-timestamp': '1700000000' });
});
