import { dirname, join, normalize } from 'node:path/posix';
import { codeOnly } from './code-only.ts';
import { importsOf } from './imports.ts';
import { isTest, packageOf, type SourceFile } from './source-files.ts';

/** What is wrong with a file, one sentence each; the path is the caller's to add. */
export type Rule = (file: SourceFile) => readonly string[];

/** Which of our packages a package may build on. Tests may use any package, but no app. */
const arrows: Readonly<Record<string, readonly string[] | 'any package'>> = {
  'apps/console': ['contracts', 'runtime'],
  'apps/api': [
    ...['contracts', 'db', 'mail', 'metadata-store', 'billing', 'costs', 'credentials', 'runtime'],
    ...['payments', 'provisioning', 'webhooks', 'audit-log', 'mail-domains'],
    // As a client of its clusters.
    ...['kafka-client', 'kafka-protocol'],
  ],
  'apps/worker': [
    ...['contracts', 'db', 'mail', 'metadata-store', 'billing', 'costs', 'runtime', 'provisioning'],
    ...['payments', 'webhooks', 'audit-log', 'mail-domains'],
    // As a client of its clusters.
    ...['kafka-client', 'kafka-protocol'],
  ],
  'apps/broker': ['broker', 'certificates', 'metadata-store', 'contracts', 'runtime'],
  'packages/kafka-protocol': [],
  'packages/broker': ['kafka-protocol', 'credentials', 'metadata-store'],
  'packages/metadata-store': ['credentials', 'postgres'],
  'packages/contracts': [],
  'packages/db': ['postgres'],
  // How their servers are reached.
  'packages/postgres': [],
  'packages/billing': ['contracts'],
  // What API and worker both read of it: one shows it, the other puts it on invoices.
  'packages/costs': ['billing', 'contracts', 'db'],
  'packages/credentials': [],
  // Broker and launcher both: whichever comes first makes the installation's authority.
  'packages/certificates': [],
  'packages/runtime': [],
  // What API and worker both do to a cell: one rule in one home.
  'packages/provisioning': [
    'billing',
    'contracts',
    'costs',
    'credentials',
    'db',
    'metadata-store',
    'runtime',
  ],
  // API and worker both: one opens the provider's pages and takes what it tells, the other charges.
  'packages/payments': ['db', 'mail', 'provisioning', 'runtime', 'webhooks'],
  // API and worker both: one keeps where servers of tenants are and what they are told, the other tells them.
  'packages/webhooks': ['contracts', 'db', 'runtime'],
  // API and worker both: one asks for mail and takes its links, the other sends it.
  'packages/mail': ['db'],
  // API and worker both: one reads and writes records for people, the other writes the audit log to a topic.
  'packages/kafka-client': ['credentials', 'kafka-protocol', 'metadata-store', 'runtime'],
  // API and worker both: one writes and shows the log, the other has it delivered.
  'packages/audit-log': ['contracts', 'db'],
  // API and worker both: one looks at a domain when somebody signs in by it, the other each day.
  'packages/mail-domains': ['audit-log', 'db', 'mail', 'provisioning'],
  'packages/local-servers': [],
  'packages/testing': 'any package',
  infra: ['certificates', 'db', 'local-servers', 'metadata-store', 'postgres', 'runtime'],
  e2e: 'any package',
};

/** House law 1: imports between packages follow the arrows, and go through package names. */
export const followsArrows: Rule = (file) => {
  const home = packageOf(file.path);
  const allowed = isTest(file.path) ? 'any package' : arrows[home];
  if (allowed === undefined) return [`${home} is not in the table of arrows`];
  return importsOf(file).flatMap(({ specifier }) => {
    if (specifier.startsWith('.')) {
      const target = packageOf(normalize(join(dirname(file.path), specifier)));
      return target === home ? [] : [`${specifier} leaves the package; import it by name`];
    }
    const name = /^@weir\/([^/]+)/.exec(specifier)?.[1];
    if (name === undefined || `packages/${name}` === home) return [];
    if (arrows[`packages/${name}`] === undefined)
      return [`${specifier} is an app or unknown; nothing imports those`];
    return allowed === 'any package' || allowed.includes(name)
      ? []
      : [`${home} may not build on ${specifier}`];
  });
};

/** House law 2. A room may import from rooms behind it; a room that is not listed is open to all. */
const brokerRanks: Readonly<Record<string, number>> = {
  server: 0,
  dispatch: 1,
  apis: 2,
  replication: 2,
  cluster: 3,
  partition: 3,
  coordinator: 3,
  group: 3,
  'consumer-group': 3,
  transaction: 3,
  security: 3,
  quota: 3,
  log: 4,
};

const brokerRoom = (path: string) => /^packages\/broker\/src\/([^/]+)\//.exec(path)?.[1] ?? null;

export const keepsBrokerOrder: Rule = (file) => {
  const room = brokerRoom(file.path);
  const rank = room === null ? undefined : brokerRanks[room];
  if (room === null || rank === undefined || isTest(file.path)) return [];
  return importsOf(file).flatMap(({ specifier }) => {
    if (!specifier.startsWith('.')) return [];
    const target = brokerRoom(normalize(join(dirname(file.path), specifier)));
    const targetRank = target === null ? undefined : brokerRanks[target];
    if (target === null || targetRank === undefined || target === room) return [];
    if (targetRank < rank) return [`${room} may not look back at ${target} (${specifier})`];
    const isMachine = room === 'group' || room === 'consumer-group' || room === 'transaction';
    if (!isMachine || (target !== 'log' && target !== 'partition')) return [];
    return [`${room} reaches a log only through the coordinator runtime (${specifier})`];
  });
};

const worldModules =
  /^node:(net|tls|fs|dgram|dns|http|https|http2|child_process|worker_threads|cluster|timers)(\/|$)/;
const worldCalls: readonly (readonly [RegExp, string])[] = [
  [/\b(setTimeout|setInterval|setImmediate)\s*\(/, 'timers'],
  [/\b(Date|performance)\.now\b|\bnew Date\(\s*\)|\bprocess\.hrtime\b/, 'the clock'],
  [/\bMath\.random\b/, 'Math.random'],
  [/\bprocess\.env\b/, 'process.env'],
];

function worldTouched(file: SourceFile): readonly string[] {
  const code = codeOnly(file.text, { strings: 'blank' });
  const modules = importsOf(file).filter((each) => !each.isTypeOnly && worldModules.test(each.specifier));
  const calls = worldCalls.filter(([pattern]) => pattern.test(code));
  return [...modules.map((each) => each.specifier), ...calls.map(([, name]) => name)];
}

/** House law 3: the engine sees the world through `deps.ts`; `node-deps/` is where that is the real one. */
export const keepsWorldBehindDeps: Rule = (file) => {
  const isEngine = file.path.startsWith('packages/broker/src/') && brokerRoom(file.path) !== 'node-deps';
  if (!isEngine || isTest(file.path) || file.path.startsWith('packages/broker/src/simulation/')) return [];
  return worldTouched(file).map((what) => `${what} comes in through deps.ts`);
};

const purePackages = ['kafka-protocol', 'billing', 'credentials', 'contracts'];

/** House law 1: these packages do no I/O and read no clock. */
export const staysPure: Rule = (file) => {
  const isPure = purePackages.some((name) => file.path.startsWith(`packages/${name}/src/`));
  if (!isPure || isTest(file.path)) return [];
  return worldTouched(file).map((what) => `a pure package does not touch ${what}`);
};

/** House laws 4 and 5: who may speak to the stores and to the queue. Whoever else needs them asks those. */
const drivers: readonly { readonly library: RegExp; readonly packages: readonly string[] }[] = [
  {
    library: /^pg$/,
    packages: ['db', 'metadata-store', 'postgres', 'local-servers']
      .map((name) => `packages/${name}`)
      .concat('infra'),
  },
  { library: /^@prisma\//, packages: ['packages/db'] },
  { library: /^bullmq$/, packages: ['apps/api', 'apps/worker', 'apps/broker'] },
  // The launcher asks a given Redis whether it is one, before anything is started.
  { library: /^ioredis$/, packages: ['apps/api', 'apps/worker', 'apps/broker', 'infra'] },
];

export const keepsToItsStores: Rule = (file) => {
  if (isTest(file.path) || file.path.startsWith('packages/testing/')) return [];
  const home = packageOf(file.path);
  return importsOf(file).flatMap(({ specifier }) => {
    const driver = drivers.find(({ library }) => library.test(specifier));
    return driver === undefined || driver.packages.includes(home) ? [] : [`${specifier} is not for ${home}`];
  });
};

/** House law 6. */
export const keepsModulesAcyclic: Rule = (file) =>
  file.path.startsWith('apps/') && /\bforwardRef\b/.test(codeOnly(file.text, { strings: 'blank' }))
    ? ['no forwardRef: Nest modules form a DAG']
    : [];
