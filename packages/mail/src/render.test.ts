import { expect, it } from 'vitest';
import { linkToken } from './link-token.ts';
import { type RenderContext, renderMail } from './render.ts';

const context: RenderContext = {
  consoleUrl: 'https://console.example.com',
  authSecret: 'a secret for tests that is long enough',
};
const mailId = '6f1c1d3e-0000-4000-8000-00000000abcd';

it('leads to the console of the settings, with the mail’s own token, in text and in HTML', () => {
  const { text, html } = renderMail(mailId, { kind: 'verify-address', params: {} }, context);
  const url = `https://console.example.com/verify-email#${linkToken(context.authSecret, 'verify-address', mailId)}`;
  expect(text.split('\n')).toContain(url);
  expect(html).toContain(`href="${url}"`);
});

it('loads nothing from anywhere, and keeps its lines short but for the link', () => {
  const { text, html } = renderMail(mailId, { kind: 'account-exists', params: {} }, context);
  expect(html).not.toMatch(/<(img|script|link|iframe)|url\(/i);
  for (const line of text.split('\n')) if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(76);
});
