import { expect, it } from 'vitest';
import { clientAddress, isLoopback } from './client-address.ts';

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
