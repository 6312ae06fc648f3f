import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, fetch as undiciFetch } from 'undici';

/** Bounds of one request, where nobody says less. */
const answerBytesMax = 1024 * 1024;
const answerMsMax = 5_000;
const connectMsMax = 3_000;
const connectionsMax = 8;
const dnsMsMax = 2_000;

/** The address is one that a tenant must not make us ask. Its message names no address: it may be shown. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

const internet = ipaddr.parseCIDR('2000::/3');

/** Of the internet by its number, and the platform's own to every machine in Azure. */
const platformAddresses: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether a tenant may make us connect to an address: to what is reached over the internet, and nothing in a network of
 * ours. `allowsLoopback` is for development, where the other server is on this machine.
 */
export const isAllowedAddress = (address: string, allowsLoopback: boolean): boolean => {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address in an IPv6 one's clothes counts as what it is.
  const meant = ipaddr.process(address);
  if (platformAddresses.has(meant.toString())) return false;
  const range = meant.range();
  // Of IPv6 only this part is the internet's (RFC 4291, 2.4); elsewhere are old forms of IPv4, which reach it.
  if (meant.kind() === 'ipv6' && range === 'unicast' && !meant.match(internet)) return false;
  return range === 'unicast' || (allowsLoopback && range === 'loopback');
};

/** Refuses by the name alone what no lookup will be asked about. Throws ForbiddenAddress. */
export const requireAllowedUrl = (url: URL, allowsLoopback: boolean): void => {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isLiteral = isIP(host) !== 0;
  const isNamedLocal = /(^|\.)localhost\.*$/.test(host);
  const isLocal = isNamedLocal || (isLiteral && !isAllowedAddress(host, false));
  const isPlainLoopback = allowsLoopback && isLocal && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !isPlainLoopback) {
    throw new ForbiddenAddress('Servers of others are reached over https only.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new ForbiddenAddress('Leave user name and password out of the address.');
  }
  const isRefused = isLiteral ? !isAllowedAddress(host, allowsLoopback) : isNamedLocal && !allowsLoopback;
  if (isRefused) throw ownNetwork();
};

const ownNetwork = () =>
  new ForbiddenAddress('The address leads into a private network, where this cloud asks nobody.');

/**
 * What is connected to is what was looked at: a name that answers differently the next time gains nothing. DNS is asked
 * by sockets of its own: the system's look-up holds one of a few threads, which a slow name server of a tenant's would
 * take from passwords and files.
 */
const guardedLookup = ({ allowsLoopback, dnsServers }: GuardOptions): LookupFunction => {
  const resolver = new Resolver({ timeout: dnsMsMax, tries: 1 });
  if (dnsServers !== null) resolver.setServers(dnsServers);
  return (hostname, options, callback) => {
    void addressesOf(resolver, hostname).then((addresses) => {
      const [first] = addresses;
      const isAllowed = addresses.every(({ address }) => isAllowedAddress(address, allowsLoopback));
      if (first === undefined) callback(new Error('the name has no address'), '', 0);
      else if (!isAllowed) callback(ownNetwork(), '', 0);
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
};

/** Never rejects: a name that cannot be looked up has no address. */
const addressesOf = async (resolver: Resolver, hostname: string): Promise<LookupAddress[]> => {
  if (hostname === 'localhost') return [{ address: '127.0.0.1', family: 4 }];
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const found = (result: PromiseSettledResult<string[]>, family: number) =>
    result.status === 'fulfilled' ? result.value.map((address) => ({ address, family })) : [];
  return [...found(four, 4), ...found(six, 6)];
};

interface GuardOptions {
  readonly allowsLoopback: boolean;
  /** Null: as this machine does. */
  readonly dnsServers: readonly string[] | null;
  /** Of one answer, 1 MiB where nobody says. */
  readonly answerBytesMax?: number;
  /** Of one request as a whole, five seconds where nobody says. */
  readonly answerMsMax?: number;
}

/** The part of fetch's options that is handed on. */
export interface GuardedRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface GuardedFetch {
  (url: string, options?: GuardedRequest): Promise<Response>;
  close(): Promise<void>;
}

/** fetch for addresses that tenants name: no redirects, bounded in time and size, and never into our own network. */
export const createGuardedFetch = (guard: GuardOptions): GuardedFetch => {
  const { allowsLoopback } = guard;
  const msMax = guard.answerMsMax ?? answerMsMax;
  const dispatcher = new Agent({
    connections: connectionsMax,
    connect: { lookup: guardedLookup(guard), timeout: connectMsMax },
    headersTimeout: msMax,
    bodyTimeout: msMax,
    maxResponseSize: guard.answerBytesMax ?? answerBytesMax,
  });
  const guarded = async (url: string, options: GuardedRequest = {}): Promise<Response> => {
    requireAllowedUrl(new URL(url), allowsLoopback);
    const timeout = AbortSignal.timeout(msMax);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const init = { ...options, dispatcher, redirect: 'manual', signal };
    // The library's own fetch and the global one are the same code of two versions, which name their types apart.
    return (await undiciFetch(url, init as Parameters<typeof undiciFetch>[1])) as unknown as Response;
  };
  return Object.assign(guarded, { close: () => dispatcher.close() });
};
