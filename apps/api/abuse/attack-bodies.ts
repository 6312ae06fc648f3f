import { gzipSync } from 'node:zlib';
import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings, inLanes, type Over, type Scene } from './attack.ts';
import { problemOf } from './judge.ts';
import { type Ended, headOf, speak } from './raw-connection.ts';
import { wait } from './run-beside.ts';

// Bodies that no client of ours sends: to the API itself, and to the console that hands them on.

const mebibyte = Buffer.alloc(1024 * 1024, 'x');
/** Sent of what is 400 MB long, before the sender gives up. */
const hugeChunks = 400;

const where = (over: Over, scene: Scene) => ({
  port: over === 'rest' ? scene.product.ports.api : scene.product.ports.console,
  prefix: over === 'rest' ? '' : '/api',
  from: abuserAddress,
});

const post = (path: string, headers: Readonly<Record<string, string>>): string =>
  headOf(`POST ${path}`, { 'content-type': 'application/json', ...headers });

function* chunked(head: string, chunks: number): Generator<string | Buffer> {
  yield head;
  for (let at = 0; at < chunks; at++) {
    yield '100000\r\n';
    yield mebibyte;
    yield '\r\n';
  }
  yield '0\r\n\r\n';
}

async function* dripping(head: string, signal: AbortSignal): AsyncGenerator<string> {
  yield head;
  yield '{"spec":{"display_name":"';
  while (!signal.aborted) {
    await wait(500);
    yield 'x';
  }
}

/** What is sent, and which statuses may come back; an end without an answer is one where 0 is among them. */
interface Kind {
  readonly what: string;
  readonly parts: (
    path: string,
    cookie: string,
    signal: AbortSignal,
  ) => Iterable<string | Buffer> | AsyncIterable<string | Buffer>;
  readonly statuses: readonly number[];
}

/** Of a body that is never whole: refused, told that it took too long, or ended. */
const cut = [0, 400, 401, 403, 408, 413, 429];

const kinds: readonly Kind[] = [
  {
    what: '400 MB in chunks',
    parts: (path, cookie) => chunked(post(path, { cookie, 'transfer-encoding': 'chunked' }), hugeChunks),
    statuses: cut,
  },
  {
    what: '400 MB in chunks by nobody',
    parts: (path) => chunked(post(path, { 'transfer-encoding': 'chunked' }), hugeChunks),
    statuses: cut,
  },
  {
    what: 'begun and never finished',
    parts: (path, cookie) => [post(path, { cookie, 'content-length': '2000000' }), '{"'],
    statuses: cut,
  },
  {
    what: 'a byte every half a second',
    parts: (path, cookie, signal) => dripping(post(path, { cookie, 'content-length': '100000' }), signal),
    statuses: cut,
  },
  {
    what: 'a chunk that is longer than it says',
    parts: (path, cookie) => [
      post(path, { cookie, 'transfer-encoding': 'chunked' }),
      `fffffffff\r\n${'x'.repeat(1000)}`,
    ],
    statuses: cut,
  },
  {
    what: 'two lengths',
    parts: (path, cookie) => [
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}`,
    ],
    statuses: [400],
  },
  {
    what: 'a length and chunks at once',
    parts: (path, cookie) => [
      post(path, { cookie, 'content-length': '5', 'transfer-encoding': 'chunked' }),
      '0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n',
    ],
    statuses: [400],
  },
];

const problemOfEnd = ({ what, statuses }: Kind, ended: Ended): string | null => {
  const status = ended.statuses[0] ?? 0;
  if (status === 0 && ended.sentBytes > 64 * 1024 * 1024) return `${what}: took ${ended.sentBytes} bytes`;
  return statuses.includes(status) ? null : `${what}: answered ${ended.statuses.join(' ')}`;
};

const bodies = (over: Over): Attack => ({
  name: `bodies of 400 MB, never finished, dripping, of two lengths (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, prefix, from } = where(over, scene);
    await inLanes(kinds.length * 3, signal, async (lane) => {
      const kind = kinds[lane % kinds.length];
      const person = scene.abusers[lane % scene.abusers.length];
      if (kind === undefined || person === undefined) return;
      const path = `${prefix}/cmk/v2/clusters`;
      const ended = await speak({ port, from, signal }, kind.parts(path, person.cookie, signal));
      findings.tried += 1;
      if (!signal.aborted) findings.add(problemOfEnd(kind, ended));
    });
    return findings.outcome();
  },
});

const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024));

/** Kinds of content that nobody takes; a compressed body must not be taken apart either. */
const types: readonly Readonly<Record<string, string>>[] = [
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'deflate' },
  { 'content-encoding': 'br' },
  { 'content-encoding': 'gzip, gzip, gzip, gzip' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-type': 'application/json; charset=utf-16le' },
  { 'content-type': `application/json; ${'a=b;'.repeat(1_000)}` },
  { 'content-type': '\u00e9' },
];

const encodings = (over: Over): Attack => ({
  name: `compressed bombs, and content of kinds that nobody takes (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, prefix, from } = where(over, scene);
    const asker = new Asker(port, from, 12);
    let turn = 0;
    await inLanes(12, signal, async (lane) => {
      const headers = types[turn++ % types.length];
      const person = scene.abusers[lane % scene.abusers.length];
      const path = `${prefix}${turn % 3 === 0 ? '/auth/sign-in/email' : '/cmk/v2/clusters'}`;
      const body = turn % 3 === 0 ? bomb.subarray(0, 10_000) : bomb;
      const reply = await asker.ask({
        ...{ method: 'POST', path, body },
        headers: { 'content-type': 'application/json', ...headers, cookie: person?.cookie ?? '' },
      });
      findings.tried += 1;
      const problem = problemOf(reply, null) ?? (reply.status < 400 ? `taken: ${reply.status}` : null);
      findings.add(problem === null ? null : `${JSON.stringify(headers).slice(0, 80)}: ${problem}`);
    });
    asker.close();
    return findings.outcome();
  },
});

export const bodyAttacks: readonly Attack[] = [
  bodies('rest'),
  encodings('rest'),
  bodies('console'),
  encodings('console'),
];
