import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';

/**
 * Where a browser is: the peer of the socket, and behind proxies that are configured as trusted the last address
 * in X-Forwarded-For that is not one of them, since each appends the peer that it saw. What a browser writes
 * there itself stands before those and is never reached. Null when the socket is gone already.
 */
export const clientAddress = (
  request: Pick<IncomingMessage, 'headers'> & {
    readonly socket: { readonly remoteAddress?: string | undefined };
  },
  trusted: BlockList,
): string | null => {
  let address = plainAddress(request.socket.remoteAddress);
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  while (address !== null && isTrusted(address, trusted)) {
    const before = plainAddress(hops.pop()?.trim());
    if (before === null) break;
    address = before;
  }
  return address;
};

const isTrusted = (address: string, trusted: BlockList): boolean =>
  trusted.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');

/** IPv4 as such, also where a socket of both families shows it as IPv6. */
const plainAddress = (text: string | undefined): string | null => {
  const address = text?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(address) === 0 ? null : address;
};
