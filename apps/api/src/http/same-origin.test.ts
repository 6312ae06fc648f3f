import { expect, it } from 'vitest';
import { requireSameOrigin } from './same-origin.ts';

const trusted = ['http://localhost:3000'];
const check = (method: string, headers: Record<string, string>) => () =>
  requireSameOrigin({ method, get: (name) => headers[name] }, trusted);

it('lets every page read, and only trusted ones change', () => {
  expect(check('GET', { origin: 'https://evil.example' })).not.toThrow();
  expect(check('POST', { origin: 'http://localhost:3000' })).not.toThrow();
  expect(check('POST', { origin: 'https://evil.example' })).toThrow(/another site/);
  expect(check('DELETE', { origin: 'null' })).toThrow(/another site/);
});

it('lets programs pass, which name no page, but no browser that hides it', () => {
  expect(check('POST', {})).not.toThrow();
  expect(check('POST', { 'sec-fetch-mode': 'cors' })).not.toThrow();
  expect(check('POST', { 'sec-fetch-site': 'cross-site' })).toThrow(/another site/);
  expect(check('POST', { 'sec-fetch-site': 'same-origin' })).not.toThrow();
});
