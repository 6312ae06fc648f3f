import { expect, it } from 'vitest';
import { clientAddress, clientNetwork, isLoopback } from './client-address.ts';

const secret = 'a secret of this installation, shared with its proxy';
const from = (headers: Record<string, string>, remoteAddress: string | undefined = '127.0.0.1') => ({
  get: ((name: string) => headers[name]) as never, // Express has an overload for Set-Cookie that nobody asks.
  socket: { remoteAddress },
});
const forwarded = { 'x-forwarded-for': '203.0.113.7' };

it('is the socket’s peer, whatever a stranger writes into X-Forwarded-For', () => {
  expect(clientAddress(from(forwarded), secret)).toBe('127.0.0.1');
  expect(clientAddress(from({ ...forwarded, 'x-weir-proxy': 'guessed' }), secret)).toBe('127.0.0.1');
  expect(clientAddress(from({ ...forwarded, 'x-weir-proxy': '' }), null)).toBe('127.0.0.1');
});

it('is what a proxy says that proves itself, and of several addresses the one that it wrote', () => {
  const proof = { 'x-weir-proxy': secret };
  expect(clientAddress(from({ ...forwarded, ...proof }), secret)).toBe('203.0.113.7');
  const several = { 'x-forwarded-for': '198.51.100.1, 2001:db8::1', ...proof };
  expect(clientAddress(from(several), secret)).toBe('2001:db8::1');
  for (const nonsense of ['', 'unknown', '1.2.3', "1.2.3.4'; --"]) {
    expect(clientAddress(from({ 'x-forwarded-for': nonsense, ...proof }), secret)).toBe('127.0.0.1');
  }
});

it('is IPv4 also on a socket of both families', () => {
  expect(clientAddress(from({}, '::ffff:192.0.2.1'), null)).toBe('192.0.2.1');
  expect(['127.0.0.1', '::1', '192.0.2.1'].map(isLoopback)).toEqual([true, true, false]);
});

it('is counted by network where one person has a whole network of addresses', () => {
  const same = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2:a::'];
  expect(new Set(same.map(clientNetwork))).toEqual(new Set(['2001:db8:1:2::/64']));
  expect(clientNetwork('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64');
  expect(clientNetwork('::1')).toBe('0:0:0:0::/64');
  expect(clientNetwork('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  expect(clientNetwork('64:ff9b::192.0.2.1')).toBe('64:ff9b:0:0::/64');
  expect(clientNetwork('192.0.2.1')).toBe('192.0.2.1');
  expect(clientNetwork('unknown')).toBe('unknown');
});
