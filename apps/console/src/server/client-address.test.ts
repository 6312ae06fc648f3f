import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';
import { readSettings } from './settings.ts';

const trusted = (proxies: string) => readSettings({ WEIR_TRUSTED_PROXIES: proxies }).trustedProxies;
const from = (remoteAddress: string, forwarded?: string) => ({
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  socket: { remoteAddress },
});

it('is the socket’s peer, whatever a browser writes into X-Forwarded-For', () => {
  expect(clientAddress(from('203.0.113.7', '198.51.100.1'), trusted(''))).toBe('203.0.113.7');
  expect(clientAddress(from('::ffff:203.0.113.7', '198.51.100.1'), trusted('10.0.0.0/8'))).toBe(
    '203.0.113.7',
  );
});

it('is what a configured proxy saw, and never what stood there before', () => {
  const proxies = trusted('10.0.0.0/8, 2001:db8::/32');
  expect(clientAddress(from('10.1.2.3', '198.51.100.1, 203.0.113.7'), proxies)).toBe('203.0.113.7');
  expect(clientAddress(from('10.1.2.3', '198.51.100.1, 203.0.113.7, 2001:db8::5'), proxies)).toBe(
    '203.0.113.7',
  );
  expect(clientAddress(from('10.1.2.3', '198.51.100.1, nonsense'), proxies)).toBe('10.1.2.3');
  expect(clientAddress(from('10.1.2.3'), proxies)).toBe('10.1.2.3');
});

it.each(['10.0.0.0/33', 'proxy.example.com', '10.0.0.1/x', '::/129'])(
  'says what is wrong with %s',
  (text) => {
    expect(() => trusted(text)).toThrow(/WEIR_TRUSTED_PROXIES has/);
  },
);
