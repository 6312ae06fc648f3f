import { Asker } from './ask.ts';
import { type Attack, abuserAddress, Findings, inLanes } from './attack.ts';
import { problemOf } from './judge.ts';

// The console's pages and assets.

const evil = [
  ...['//evil.example', '/%09/evil.example', '/\\evil.example', '/%5cevil.example', 'https:evil.example'],
  ...[
    '/.//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '/%2f%2fevil.example',
  ],
  ...[
    'http://localhost@evil.example',
    '/..//evil.example',
    '\u0000//evil.example',
    '/clusters?next=//evil.example',
  ],
];

const leads = (text: string, location: string | undefined): string | null => {
  if (location !== undefined && !/^\/(?![/\\])/.test(location)) return `leads to ${location.slice(0, 100)}`;
  const link = /(?:href|src|action|content)="((?:https?:)?\/\/(?!localhost)[^"]*evil[^"]*)"/.exec(text)?.[1];
  if (link !== undefined) return `has a link to ${link.slice(0, 100)}`;
  return /(?:href|src|action)="javascript:/.test(text) ? 'has a link that is a script' : null;
};

const long = 'x'.repeat(10_000);
const pages = [
  '/',
  '/sign-in',
  '/sign-up',
  '/clusters',
  '/clusters/new',
  '/audit',
  '/nowhere',
  '/favicon.ico',
];
const headers: readonly Readonly<Record<string, string>>[] = [
  {},
  { cookie: `weir.session_token=${long}` },
  { cookie: Array.from({ length: 1_000 }, (_, at) => `c${at}=1`).join('; ') },
  { cookie: 'weir.session_token=%ff%' },
  { 'x-forwarded-for': '192.0.2.1,'.repeat(1_000) },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  {
    'x-middleware-subrequest': 'middleware:middleware:middleware',
    'x-middleware-rewrite': 'http://evil.example',
  },
  { rsc: '1', 'next-router-state-tree': '%5B'.repeat(2_000), 'next-router-prefetch': '1' },
  { 'next-router-state-tree': long, rsc: '1', 'next-url': '//evil.example' },
  { 'next-action': long, 'content-type': 'text/plain' },
  { host: 'evil.example' },
  { 'accept-encoding': 'gzip;q=0,'.repeat(1_000), accept: long },
  { 'x-nextjs-data': '1', 'x-matched-path': '/../../etc/passwd' },
  { 'x-long': 'x'.repeat(200_000) },
];
const assets = [
  ...[
    '/_next/static/../../../../package.json',
    '/_next/static/%2e%2e/%2e%2e/package.json',
    '/_next/static/chunks/',
  ],
  ...[
    '/_next/image?url=http://169.254.169.254/&w=64&q=75',
    '/_next/image?url=//evil.example/x.png&w=64&q=75',
  ],
  ...[
    '/_next/image?url=%2Ficon.svg&w=99999&q=75',
    '/_next/data/x/clusters.json',
    '/_next/webpack-hmr',
    '/__nextjs_source-map',
  ],
  ...[
    '/icon.svg',
    '/%',
    '/%ff',
    '/%00',
    '/clusters/%00',
    '/clusters/%ff',
    '/clusters/%2e%2e%2fsign-in',
    `/clusters/${long.slice(0, 5_000)}`,
  ],
  ...[
    '/clusters/x?_rsc=%00',
    '/?__nextLocale=x',
    '/clusters/__proto__',
    '/api',
    '/api//evil.example',
    '/api/../clusters',
    '/api/%2e%2e/metrics',
  ],
];

const cases = (clusterId: string): readonly (readonly [string, Readonly<Record<string, string>>])[] => [
  ...evil.flatMap((next) =>
    ['/sign-in', '/sign-up'].flatMap((page) => [
      [`${page}?next=${encodeURIComponent(next)}`, {}] as const,
      [`${page}?next=${encodeURIComponent(next)}&next=${encodeURIComponent(next)}`, {}] as const,
    ]),
  ),
  ...[...pages, `/clusters/${clusterId}`].flatMap((page) => headers.map((each) => [page, each] as const)),
  ...assets.map((path) => [path, {}] as const),
];

/** By somebody who is signed in where the headers do not say otherwise, and by nobody. */
const strange: Attack = {
  name: 'pages and assets with huge cookies and headers, and ?next= to elsewhere',
  over: 'console',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.console, abuserAddress, 8, false);
    const all = cases(scene.abusers[0]?.clusterId ?? '');
    let turn = 0;
    await inLanes(8, signal, async () => {
      const [path, given] = all[turn % all.length] ?? ['/', {}];
      const person = scene.abusers[Math.floor(turn / all.length) % scene.abusers.length];
      const cookie: Record<string, string> = turn % 2 === 0 ? { cookie: person?.cookie ?? '' } : {};
      turn += 1;
      const reply = await asker.ask({ method: 'GET', path, headers: { ...cookie, ...given } });
      findings.tried += 1;
      const isBeyondAll = JSON.stringify(given).length > 16_384;
      const problem =
        isBeyondAll && reply.failure !== null
          ? null
          : (problemOf(reply, null) ?? leads(reply.text, reply.headers.location));
      const shown = JSON.stringify(given).slice(0, 60);
      findings.add(problem === null ? null : `${path.slice(0, 60)} ${shown}: ${problem}`);
    });
    asker.close();
    return findings.outcome();
  },
};

/** One page as often as it goes, which costs more than any call. */
const often: Attack = {
  name: 'a cluster’s page from one address, over 100 connections',
  over: 'console',
  run: async (scene, signal) => {
    const findings = new Findings();
    const asker = new Asker(scene.product.ports.console, abuserAddress, 100);
    await inLanes(100, signal, async (lane) => {
      const person = scene.abusers[lane % scene.abusers.length];
      const path = lane % 2 === 0 ? `/clusters/${person?.clusterId}` : '/sign-in';
      const reply = await asker.ask({ method: 'GET', path, headers: { cookie: person?.cookie ?? '' } });
      findings.tried += 1;
      // He waits for himself, however long, and his connections end with what is refused.
      if (!signal.aborted && reply.failure === null) findings.add(problemOf({ ...reply, ms: 0 }, null));
    });
    asker.close();
    return findings.outcome();
  },
};

export const pageAttacks: readonly Attack[] = [strange, often];
