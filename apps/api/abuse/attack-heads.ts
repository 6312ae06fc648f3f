import { operations } from '@weir/contracts/operations';
import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings } from './attack.ts';
import { problemOf } from './judge.ts';
import { headOf, speak } from './raw-connection.ts';

// What comes before a body: methods, targets, headers.

const long = 'x'.repeat(10_000);
/** Node reads no more of a head; who still sends then may find the connection ended before the answer. */
const headBytesMax = 16 * 1024;
const beyondAll = 'x'.repeat(200_000);
const many = Object.fromEntries(Array.from({ length: 1_900 }, (_, at) => [`x-${at}`, 'y']));

const strangeHeaders: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['an Idempotency-Key of 10 KB', { 'idempotency-key': long }],
  ['an Idempotency-Key of nothing', { 'idempotency-key': '' }],
  ['an Idempotency-Key of other letters', { 'idempotency-key': '\u00ff\u00fe'.repeat(20) }],
  ['an X-Request-Id of 10 KB', { 'x-request-id': long }],
  ['a forged address', { 'x-forwarded-for': '127.0.0.1', 'x-weir-proxy': 'guessed' }],
  ['ten thousand addresses', { 'x-forwarded-for': '192.0.2.1,'.repeat(1_000) }],
  ['an address that is none', { 'x-forwarded-for': long, forwarded: long, 'x-real-ip': long }],
  ['a header of 200 KB', { 'x-long': beyondAll }],
  ['1,900 headers', many],
  ['a cookie of 10 KB', { cookie: `weir.session_token=${long}` }],
  ['a thousand cookies', { cookie: Array.from({ length: 1_000 }, (_, at) => `c${at}=1`).join('; ') }],
  ['the session a thousand times', { cookie: 'weir.session_token=x; '.repeat(600) }],
  ['a session with broken encoding', { cookie: 'weir.session_token=%ff%; weir.device=%' }],
  ['a key that is none', { authorization: `Basic ${Buffer.from('\0:\0').toString('base64')}` }],
  ['a key of 10 KB', { authorization: `Basic ${long}` }],
  ['another origin', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ['a range', { range: 'bytes=0-1,'.repeat(1_000) }],
  ['any language', { 'accept-language': 'a,'.repeat(4_000), accept: '*/*,'.repeat(2_000) }],
  ['a wait for go', { expect: '100-continue' }],
  ['another protocol', { connection: 'Upgrade', upgrade: 'websocket' }],
  ['a host that is none', { host: '\u00e9:99999999' }],
  ['conditions', { 'if-none-match': `"${long}"`, 'if-modified-since': 'never' }],
];

const headers: Attack = {
  name: 'headers that are huge, many, forged or broken',
  over: 'rest',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.api, abuserAddress, 12, false);
    let turn = 0;
    const lane = async (): Promise<void> => {
      while (!signal.aborted) {
        const [what, strange] = strangeHeaders[turn % strangeHeaders.length] ?? ['', {}];
        const operation = operations[Math.floor(turn / strangeHeaders.length) % operations.length];
        const person = scene.abusers[turn++ % scene.abusers.length];
        if (operation === undefined || person === undefined) return;
        const path = operation.path.replaceAll(/\{\w+\}/g, person.clusterId);
        const method = operation.method === 'DELETE' ? 'GET' : operation.method;
        const reply = await asker.ask({ method, path, headers: { cookie: person.cookie, ...strange } });
        findings.tried += 1;
        const isBeyondAll = JSON.stringify(strange).length > headBytesMax;
        const problem = isBeyondAll && reply.failure !== null ? null : problemOf(reply, operation);
        findings.add(problem === null ? null : `${what}, ${operation.id}: ${problem}`);
      }
    };
    await Promise.all(Array.from({ length: 12 }, lane));
    asker.close();
    return findings.outcome();
  },
};

const lines: readonly string[] = [
  ...['TRACE /', 'CONNECT localhost:1', 'OPTIONS *', 'OPTIONS /cmk/v2/clusters', 'HEAD /cmk/v2/clusters'],
  ...['PUT /cmk/v2/clusters', 'PROPFIND /', 'QUERY /cmk/v2/clusters', 'get /', 'X'.repeat(5_000)],
  ...[
    'GET http://evil.example/cmk/v2/clusters',
    'GET //evil.example/',
    'GET /%00',
    'GET /%ff',
    'GET /..%2f..%2f',
  ],
  ...[
    'GET /a\\b',
    'GET /?%',
    `GET /${'a/'.repeat(5_000)}`,
    `GET /?${'a=b&'.repeat(3_000)}`,
    'GET /cmk/v2/clusters/',
  ],
  ...[
    'POST /auth/../cmk/v2/clusters',
    'GET /auth/%2e%2e/metrics',
    'GET /docs/../../../etc/passwd',
    'GET /\u0001',
  ],
  ...[
    'GET /auth/callback/x?state=%00',
    'GET /auth/error?error=%3Cscript%3E',
    'POST /auth/sign-out',
    'PUT /auth/get-session',
  ],
];

const methods: Attack = {
  name: 'methods and targets that nobody handles',
  over: 'rest',
  run: async (scene, signal) => {
    const findings = new Findings();
    const { api: port } = scene.product.ports;
    let turn = 0;
    const lane = async (): Promise<void> => {
      while (!signal.aborted) {
        const line = lines[turn % lines.length] ?? '';
        const person = scene.abusers[turn++ % scene.abusers.length];
        const head = headOf(line, { cookie: person?.cookie ?? '', connection: 'close' });
        const ended = await speak({ port, from: abuserAddress, signal }, [head], { waitMs: 5_000 });
        findings.tried += 1;
        const status = ended.statuses[0] ?? 0;
        // A parser may also end what is no request; that takes no time.
        const isWrong = status >= 500 || (status === 0 && ended.ms > 4_000);
        if (isWrong && !signal.aborted)
          findings.add(`${line.slice(0, 60)}: ${status} after ${ended.ms.toFixed(0)} ms`);
      }
    };
    await Promise.all(Array.from({ length: 12 }, lane));
    return findings.outcome();
  },
};

export const headAttacks: readonly Attack[] = [headers, methods];
