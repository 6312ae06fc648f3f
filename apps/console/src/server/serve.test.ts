import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bodyBytesMax, strangerBodyBytesMax } from './forward.ts';
import { createConsoleServer } from './serve.ts';
import { readSettings } from './settings.ts';

const secret = 'a secret that the console shares with the API';
/** Requests as they came to where the API is. */
const arrived: IncomingMessage[] = [];
let bodyBytes = 0;
let answer: 'usual' | 'never' | 'reset' | 'half' | 'gone-if-used' = 'usual';
const used = new WeakSet<Socket>();
const api = createServer((request, response) => {
  arrived.push(request);
  request.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length;
  });
  if (answer === 'never') return;
  if (answer === 'reset') {
    request.socket.resetAndDestroy();
    return;
  }
  const isUsed = used.has(request.socket);
  used.add(request.socket);
  // As a server does that ends an idle connection at the moment at which it is used again.
  if (answer === 'gone-if-used' && isUsed) {
    request.socket.resetAndDestroy();
    return;
  }
  if (answer === 'half') {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => request.socket.resetAndDestroy());
    return;
  }
  request.on('end', () => {
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    response.end('{}');
  });
});
const failures: unknown[] = [];
/** What pages wait for, and how many do. */
let pageGate: Promise<void> = Promise.resolve();
let rendering = 0;
let server: Server;
let url: string;

const listen = async (each: Server): Promise<string> => {
  await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this kind.
  return `http://127.0.0.1:${(each.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  const settings = readSettings({ WEIR_API_URL: await listen(api), WEIR_PROXY_SECRET: secret });
  const pages = async (request: IncomingMessage, response: ServerResponse) => {
    rendering += 1;
    await pageGate;
    rendering -= 1;
    response.end(JSON.stringify(request.headers));
  };
  server = createConsoleServer(settings, pages, (_, cause) => failures.push(cause));
  url = await listen(server);
});
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  arrived.length = 0;
  bodyBytes = 0;
  answer = 'usual';
  failures.length = 0;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  api.close();
  api.closeAllConnections();
});

/** Sends a head and as much of a body as the peer takes; resolves with the answer, or what there was of it. */
const flood = (head: string, chunk: string, chunks: number): Promise<{ text: string; sentBytes: number }> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.add(socket);
    let text = '';
    let sentBytes = 0;
    let left = chunks;
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        left -= 1;
        sentBytes += chunk.length;
        if (!socket.write(chunk)) {
          socket.once('drain', more);
          return;
        }
      }
    };
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('error', () => socket.destroy()).on('close', () => resolve({ text, sentBytes }));
    socket.write(`POST /api/auth/sign-in/email HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n`, more);
  });

describe('a body on its way to the API', () => {
  const mebibyte = 'x'.repeat(1024 * 1024);
  const asChunk = `100000\r\n${mebibyte}\r\n`;

  it('of 400 MB from nobody is refused at its announcement, and nothing of it arrives', async () => {
    const { text, sentBytes } = await flood('content-length: 400000000', mebibyte, 400);
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    expect(sentBytes).toBeLessThan(64 * 1024 * 1024);
    expect(bodyBytes).toBe(0);
  });

  it.each([
    ['nobody', '', strangerBodyBytesMax],
    ['who says that he is signed in', 'cookie: weir.session_token=x\r\n', bodyBytesMax],
  ])('of %s, announced nowhere, is cut when it becomes too large', async (_, cookie, bytesMax) => {
    const before = process.memoryUsage().rss;
    const { text, sentBytes } = await flood(`${cookie}transfer-encoding: chunked`, asChunk, 400);
    expect(text).toMatch(/^HTTP\/1.1 413 /);
    expect(sentBytes).toBeLessThan(128 * 1024 * 1024);
    expect(bodyBytes).toBeLessThanOrEqual(bytesMax);
    expect(process.memoryUsage().rss - before).toBeLessThan(192 * 1024 * 1024);
  });

  it('of usual size passes whole, and the answer comes back with all its cookies', async () => {
    const body = 'y'.repeat(strangerBodyBytesMax);
    const reply = await fetch(`${url}/api/auth/sign-in/email?a=b`, { method: 'POST', body });
    expect(reply.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(bodyBytes).toBe(strangerBodyBytesMax);
    expect(arrived[0]?.url).toBe('/auth/sign-in/email?a=b');
  });
});

describe('what the API is told', () => {
  it('is the socket’s address, whatever the browser wrote, and nothing that proves something', async () => {
    const forged = { 'x-forwarded-for': '198.51.100.1', 'x-weir-proxy': 'guessed', forwarded: 'for=1.2.3.4' };
    await fetch(`${url}/api/cmk/v2/clusters`, { headers: { ...forged, authorization: 'Basic eA==' } });
    expect(arrived[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-weir-proxy': secret });
    expect(arrived[0]?.headers.forwarded).toBeUndefined();
    expect(arrived[0]?.headers.authorization).toBeUndefined();
  });

  it.each(['/metrics', '/metrics/', '/METRICS', '/%6detrics', '/metrics?x=1', '/healthz', '/readyz'])(
    'is never asked for what is not for pages: %s',
    async (path) => {
      expect((await fetch(`${url}/api${path}`)).status).toBe(404);
      expect(arrived).toHaveLength(0);
    },
  );

  it('is asked for metrics that are for pages', async () => {
    expect((await fetch(`${url}/api/v2/metrics/cloud/descriptors/metrics`)).status).toBe(200);
  });
});

it('every byte that a parser lets through, in a path or a header, has an answer', async () => {
  const ask = (line: string, header: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      sockets.add(socket);
      let text = '';
      socket.on('data', (data) => {
        text += data.toString('latin1');
      });
      socket.on('error', () => socket.destroy()).on('close', () => resolve(text));
      const head = `${line} HTTP/1.1\r\nhost: x\r\ncookie: ${header}\r\nconnection: close\r\n\r\n`;
      socket.write(Buffer.from(head, 'latin1'));
    });
  for (const path of ['/api/cmk/v2/', '/sign-in/']) {
    for (let byte = 1; byte < 256; byte++) {
      const text = String.fromCharCode(byte);
      expect(await ask(`GET ${path}${text}x`, 'a')).toMatch(/^HTTP\/1.1 [2345]/);
      expect(await ask(`GET ${path}`, `a=${text}x`)).toMatch(/^HTTP\/1.1 [2345]/);
    }
  }
  expect((await fetch(`${url}/api/cmk/v2/clusters`)).status).toBe(200);
});

describe('an API that fails', () => {
  it.each(['reset', 'half'] as const)('ends that request only: %s', async (how) => {
    answer = how;
    const failed = await fetch(`${url}/api/cmk/v2/clusters`).then(
      async (reply) => ({ status: reply.status, text: await reply.text().catch(() => 'cut') }),
      () => ({ status: 0, text: 'cut' }),
    );
    expect(how === 'reset' ? failed.status : failed.text).toBe(how === 'reset' ? 502 : 'cut');
    answer = 'usual';
    expect((await fetch(`${url}/api/cmk/v2/clusters`)).status).toBe(200);
    // Why, for whoever runs this.
    expect(failures.map(String)).toEqual(
      how === 'reset' ? [expect.stringMatching(/ECONNRESET|hang up/)] : [],
    );
  });

  it('ends a connection that it kept: what only reads is asked again, what changes something is not', async () => {
    answer = 'gone-if-used';
    const path = `${url}/api/cmk/v2/clusters`;
    for (let turn = 0; turn < 4; turn++) expect((await fetch(path)).status).toBe(200);
    expect(arrived.length).toBeGreaterThan(4);
    expect(failures).toEqual([]);
    answer = 'usual';
    await fetch(path);
    answer = 'gone-if-used';
    arrived.length = 0;
    expect((await fetch(path, { method: 'POST', body: '{}' })).status).toBe(502);
    expect(arrived).toHaveLength(1);
  });

  it('that never answers is not waited for by more than a few requests of one address', async () => {
    answer = 'never';
    const abort = new AbortController();
    const all = Array.from({ length: 80 }, () =>
      fetch(`${url}/api/cmk/v2/clusters`, { signal: abort.signal }).then(
        (reply) => reply.status,
        () => 0,
      ),
    );
    expect(await Promise.race(all)).toBe(429);
    abort.abort();
    await Promise.all(all);
    answer = 'usual';
    await vi.waitFor(async () => expect((await fetch(`${url}/api/cmk/v2/clusters`)).status).toBe(200));
  });
});

describe('a page', () => {
  it('is rendered for each address in turn: who asks for hundreds waits for himself, and is refused beyond', async () => {
    const gate = Promise.withResolvers<void>();
    pageGate = gate.promise;
    const all = Array.from({ length: 2 + 64 + 10 }, () => fetch(`${url}/sign-in`));
    const refused = await Promise.any(
      all.map(async (each) => {
        const reply = await each;
        if (reply.status !== 429) throw new Error(`${reply.status}`);
        return reply;
      }),
    );
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(rendering).toBe(2);
    const other = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress: '127.0.0.7' });
    sockets.add(other);
    other.on('error', () => other.destroy());
    other.write('GET /sign-in HTTP/1.1\r\nhost: x\r\n\r\n');
    await vi.waitFor(() => expect(rendering).toBe(3));
    gate.resolve();
    const statuses = (await Promise.all(all)).map((reply) => reply.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(66);
    expect(rendering).toBe(0);
  });

  it('lets no script run but those with the nonce of this very answer', async () => {
    const replies = await Promise.all([fetch(`${url}/sign-in`), fetch(`${url}/sign-in`)]);
    const policies = replies.map((reply) => reply.headers.get('content-security-policy') ?? '');
    for (const [at, reply] of replies.entries()) {
      expect(policies[at]).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}' 'strict-dynamic';/);
      // Next takes the nonce from here.
      expect(await reply.json()).toMatchObject({ 'content-security-policy': policies[at] });
    }
    expect(policies[0]).not.toBe(policies[1]);
  });

  it('does not hear of an address, nor of a policy, that the browser made up', async () => {
    const headers = {
      'x-forwarded-for': '198.51.100.1',
      'content-security-policy': "script-src 'nonce-mine'",
    };
    const seen = await (await fetch(`${url}/sign-in`, { headers })).json();
    expect(seen).toMatchObject({ 'x-forwarded-for': '127.0.0.1' });
    expect(JSON.stringify(seen)).not.toContain('nonce-mine');
  });

  it.each(['/clusters/%ff', '/%', '/clusters/x%'])(
    'whose address is no text is nobody’s failure: %s',
    async (path) => {
      expect((await fetch(`${url}${path}`)).status).toBe(400);
      expect((await fetch(`${url}/clusters/a%20b?next=%`)).status).toBe(200);
    },
  );

  it('that is posted to is shown again, and its body is not read', async () => {
    const reply = await fetch(`${url}/sign-in`, {
      method: 'POST',
      body: 'x'.repeat(9_999),
      redirect: 'manual',
    });
    expect(reply.status).toBe(303);
    expect(reply.headers.get('location')).toBe('/sign-in');
    const evil = await fetch(`${url}//evil.example/x`, { method: 'POST', redirect: 'manual' });
    expect(evil.headers.get('location')).toBe('/');
  });
});
