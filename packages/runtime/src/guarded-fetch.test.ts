import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestDns } from '@weir/testing/dns-for-tests';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, isAllowedAddress, requireAllowedUrl } from './guarded-fetch.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
const serve = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Of a server on a port, that is what it tells.
  return (server.address() as AddressInfo).port;
};
const why = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
    return 'answered';
  } catch (cause) {
    const names: string[] = [];
    for (let at: unknown = cause; at instanceof Error; at = at.cause) names.push(at.name);
    return names.join(' ');
  }
};

describe('an address', () => {
  it.each([
    ...['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'],
    ...['::1', '::', 'fe80::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:127.0.0.1', '64:ff9b::a00:1'],
    ...[
      '224.0.0.1',
      '255.255.255.255',
      '2002:a00:1::',
      'ff02::1',
      'no address',
      '168.63.129.16',
      '::ffff:168.63.129.16',
      '::127.0.0.1',
      '::10.0.0.1',
      '4000::1',
    ],
  ])('of a network of ours is refused: %s', (address) => {
    expect(isAllowedAddress(address, false)).toBe(false);
  });

  it.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946'])(
    'of the internet is taken: %s',
    (address) => {
      expect(isAllowedAddress(address, false)).toBe(true);
    },
  );

  it('of the loopback is taken where a setting for development says so, and nothing else private', () => {
    expect(isAllowedAddress('127.0.0.1', true)).toBe(true);
    expect(isAllowedAddress('::1', true)).toBe(true);
    expect(isAllowedAddress('10.0.0.1', true)).toBe(false);
    expect(isAllowedAddress('169.254.169.254', true)).toBe(false);
  });
});

describe('a request', () => {
  it('into our own network is not made, whichever way the address is written', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked += 1;
      response.end('secret');
    });
    const guarded = createGuardedFetch({ allowsLoopback: false, dnsServers: null });
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:7f00:1]']) {
      for (const scheme of ['http', 'https']) {
        expect(await why(guarded(`${scheme}://${host}:${port}/`)), host).toContain('ForbiddenAddress');
      }
    }
    expect(asked).toBe(0);
    await guarded.close();
  });

  it.each(['localhost', 'localhost.', 'a.localhost', 'LOCALHOST', '[::127.0.0.1]'])(
    'to this machine is refused by its name already: %s',
    (host) => {
      const url = new URL(`https://${host}:8443/x`);
      expect(() => requireAllowedUrl(url, false)).toThrow('private network');
    },
  );

  it('to a name goes where DNS says, and nowhere if any of that is in a network of ours', async () => {
    const port = await serve((_, response) => void response.end('here'));
    const dns = await startTestDns();
    dns.addresses.set('inside.example', ['93.184.216.34', '127.0.0.1']);
    dns.addresses.set('local.example', ['127.0.0.1']);
    const open = createGuardedFetch({ allowsLoopback: true, dnsServers: [dns.address] });
    const guarded = createGuardedFetch({ allowsLoopback: false, dnsServers: [dns.address] });
    expect(await why(guarded(`https://inside.example:${port}/`))).toContain('ForbiddenAddress');
    expect(await why(guarded(`https://local.example:${port}/`))).toContain('ForbiddenAddress');
    expect(await why(guarded(`https://nowhere.example:${port}/`))).toBe('TypeError Error');
    // It gets there, where nobody speaks TLS.
    expect(await why(open(`https://local.example:${port}/`))).not.toContain('ForbiddenAddress');
    await Promise.all([open.close(), guarded.close(), dns.stop()]);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const guarded = createGuardedFetch({ allowsLoopback: true, dnsServers: null });
    expect((await guarded(`http://127.0.0.1:${port}/`)).status).toBe(302);
    expect(asked).toBe(1);
    await guarded.close();
  });

  it('ends where an answer is larger than a mebibyte', async () => {
    const port = await serve((_, response) => {
      response.write(Buffer.alloc(700_000));
      response.end(Buffer.alloc(700_000));
    });
    const guarded = createGuardedFetch({ allowsLoopback: true, dnsServers: null });
    const read = guarded(`http://127.0.0.1:${port}/`).then((answer) => answer.arrayBuffer());
    expect(await why(read)).toContain('ResponseExceededMaxSizeError');
    await guarded.close();
  });
});
