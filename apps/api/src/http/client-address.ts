import { isIP } from 'node:net';
import type { Request } from 'express';
import { sameSecret } from './same-secret.ts';

export const proxyProofHeader = 'x-weir-proxy';
export const forwardedHeader = 'x-forwarded-for';

/**
 * Where a request comes from. What X-Forwarded-For says is believed only of a proxy that proves itself by the
 * shared secret in X-Weir-Proxy, and of what it says the last address, which it wrote itself; otherwise the
 * socket's peer counts. Null when the socket is gone already.
 */
export const clientAddress = (
  request: Pick<Request, 'get'> & { readonly socket: { readonly remoteAddress?: string | undefined } },
  proxySecret: string | null,
): string | null => {
  const peer = plainAddress(request.socket.remoteAddress);
  if (!isBelieved(request, proxySecret)) return peer;
  return plainAddress(request.get(forwardedHeader)?.split(',').at(-1)?.trim()) ?? peer;
};

/** It comes through a proxy that knows the secret, and so says the truth of it. */
export const isBelieved = (request: Pick<Request, 'get'>, proxySecret: string | null): boolean => {
  const proof = request.get(proxyProofHeader);
  return proxySecret !== null && proof !== undefined && sameSecret(proof, proxySecret);
};

/** Leaves the decision as the only thing that anyone after this can read, the auth library included. */
export const settleClientAddress = (request: Request, proxySecret: string | null): string | null => {
  const address = clientAddress(request, proxySecret);
  delete request.headers[proxyProofHeader];
  if (address === null) delete request.headers[forwardedHeader];
  else request.headers[forwardedHeader] = address;
  return address;
};

/** Whether a proxy says that it stands in between: also one that proves nothing, since its peers may be anywhere. */
export const isForwarded = (request: Pick<Request, 'get'>): boolean =>
  [proxyProofHeader, forwardedHeader, 'forwarded', 'via', 'x-real-ip'].some(
    (name) => request.get(name) !== undefined,
  );

/** An address that many people may share: that of a proxy on this machine which did not prove itself. */
export const isLoopback = (address: string): boolean => address === '::1' || /^127\./.test(address);

/**
 * What counts are kept by: an IPv4 address, and of IPv6 the network of 64 bits, since whoever has one address of
 * it has all of them (RFC 6177).
 */
export const clientNetwork = (address: string): string => {
  if (isIP(address) !== 6) return address;
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  // The last group may be IPv4, which stands for two.
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length - (plain.includes('.') ? 1 : 0);
  const groups =
    tail === undefined ? before : [...before, ...Array(Math.max(0, missing)).fill('0'), ...after];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
};

/** IPv4 as such, also where a socket of both families shows it as IPv6. */
const plainAddress = (text: string | undefined): string | null => {
  const address = text?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(address) === 0 ? null : address;
};
