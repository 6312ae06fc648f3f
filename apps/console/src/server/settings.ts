import { BlockList, isIP } from 'node:net';

/** What the console reads from its environment. */
export interface ConsoleSettings {
  readonly host: string;
  readonly port: number;
  readonly apiUrl: URL;
  /** By which the API believes this console the address of a browser; null: it does not. */
  readonly proxySecret: string | null;
  /** Whoever sends it as a bearer token may read the figures from elsewhere; null: nobody may. */
  readonly metricsToken: string | null;
  /** Proxies in front of this console, whose X-Forwarded-For is believed. */
  readonly trustedProxies: BlockList;
}

/** A bad value, and what would be right: printed as it is. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Throws SettingsError. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): ConsoleSettings => ({
  host: env.WEIR_CONSOLE_HOST ?? '127.0.0.1',
  port: portOf('WEIR_CONSOLE_PORT', env.WEIR_CONSOLE_PORT ?? '3000'),
  apiUrl: urlOf('WEIR_API_URL', env.WEIR_API_URL ?? `http://127.0.0.1:${env.WEIR_API_PORT ?? '4000'}`),
  proxySecret: env.WEIR_PROXY_SECRET ?? null,
  metricsToken: tokenOf(env.WEIR_METRICS_TOKEN),
  trustedProxies: proxiesOf(env.WEIR_TRUSTED_PROXIES ?? ''),
});

const tokenLengthMin = 32;
const tokenOf = (text: string | undefined): string | null => {
  if (text === undefined || text === '') return null;
  if (text.length >= tokenLengthMin) return text;
  throw new SettingsError(`WEIR_METRICS_TOKEN is too short: give ${tokenLengthMin} characters or more.`);
};

const portOf = (name: string, text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new SettingsError(`${name} is ${text}: give a port, 0 to 65535.`);
};

const urlOf = (name: string, text: string): URL => {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new SettingsError(`${name} is ${text}: give an address like http://127.0.0.1:4000.`);
};

const proxiesOf = (text: string): BlockList => {
  const list = new BlockList();
  for (const part of text.split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [address = '', bits] = part.split('/');
    const version = isIP(address);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const bitsMax = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? bitsMax : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || !(prefix >= 0 && prefix <= bitsMax)) {
      throw new SettingsError(
        `WEIR_TRUSTED_PROXIES has ${part}: give addresses or networks like 10.0.0.7,192.0.2.0/24, with commas between.`,
      );
    }
    list.addSubnet(address, prefix, family);
  }
  return list;
};
