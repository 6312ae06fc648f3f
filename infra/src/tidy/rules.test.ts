import { describe, expect, test } from 'vitest';
import * as laws from './laws.ts';
import * as style from './style.ts';

// Each rule is shown to fail on what it forbids, and to pass what only looks like it.

type Fixture = readonly [path: string, text: string];

function check(
  rule: laws.Rule,
  fixtures: { readonly wrong: readonly Fixture[]; readonly right: readonly Fixture[] },
) {
  const titled = (all: readonly Fixture[]) =>
    all.map(([path, text]) => [path, text.slice(0, 60), text] as const);
  test.each(titled(fixtures.wrong))('refuses %s: %s', (path, _, text) => {
    expect(rule({ path, text })).not.toEqual([]);
  });
  test.each(titled(fixtures.right))('accepts %s: %s', (path, _, text) => {
    expect(rule({ path, text })).toEqual([]);
  });
}

describe('imports follow the arrows', () => {
  check(laws.followsArrows, {
    wrong: [
      ['apps/console/src/a.ts', "import { openControl } from '@weir/db/control';"],
      ['apps/api/src/a.ts', "import { x } from '../../worker/src/x.ts';"],
      ['apps/api/src/a.test.ts', "import { x } from '@weir/worker/x';"],
      ['packages/contracts/src/a.ts', "import type { X } from '@weir/credentials/scram';"],
      ['packages/broker/src/a.ts', "const x = await import('@weir/db/control');"],
      ['packages/broker/src/a.ts', "export { x } from '@weir/runtime/env';"],
      ['packages/broker/src/a.ts', "import { x } from '../../kafka-protocol/src/reader.ts';"],
      ['packages/nobody/src/a.ts', ''],
    ],
    right: [
      ['packages/broker/src/a.ts', "import { x } from '@weir/kafka-protocol/reader';\nimport './b.ts';"],
      ['packages/broker/src/a/c.ts', "const x = 'import { x } from \\'@weir/db/control\\';';"],
      ['packages/broker/src/a/b.ts', "import { x } from '../c.ts';\nimport pg from 'pg';"],
      ['packages/contracts/src/a.test.ts', "import { x } from '@weir/testing/fake-clock';"],
      ['apps/console/src/a.ts', "// import { x } from '@weir/db/control';"],
    ],
  });
});

describe('nothing in the broker looks back', () => {
  const at = (room: string) => `packages/broker/src/${room}/a.ts`;
  check(laws.keepsBrokerOrder, {
    wrong: [
      [at('log'), "import { x } from '../partition/x.ts';"],
      [at('dispatch'), "import type { X } from '../server/x.ts';"],
      [at('group'), "import { x } from '../apis/00-produce.ts';"],
      [at('group'), "import { x } from '../log/x.ts';"],
      [at('transaction'), "import { x } from '../partition/x.ts';"],
    ],
    right: [
      [at('server'), "import { x } from '../dispatch/x.ts';"],
      [at('partition'), "import { x } from '../log/x.ts';"],
      [at('coordinator'), "import { x } from '../partition/x.ts';"],
      [at('log'), "import { x } from '../limits.ts';"],
    ],
  });
});

describe('the engine sees the world through deps.ts', () => {
  const at = 'packages/broker/src/log/a.ts';
  check(laws.keepsWorldBehindDeps, {
    wrong: [
      [at, "import { open } from 'node:fs/promises';"],
      [at, "import net from 'node:net';"],
      [at, 'const now = Date.now();'],
      [at, 'const now = new Date();'],
      [at, 'setTimeout(flush, 5);'],
      [at, `const x = \`$\{Math.random()}\`;`],
      [at, 'const x = process.env.HOME;'],
    ],
    right: [
      [at, "import type { Socket } from 'node:net';"],
      [at, "// Date.now() is slow here\nconst text = 'Math.random()';"],
      [at, 'const now = deps.clock.now();'],
      ['packages/broker/src/node-deps/clock.ts', 'export const now = () => Date.now();'],
      ['packages/broker/src/log/a.test.ts', "import { open } from 'node:fs/promises';"],
    ],
  });
});

describe('pure packages stay pure', () => {
  check(laws.staysPure, {
    wrong: [
      ['packages/billing/src/a.ts', 'const now = Date.now();'],
      ['packages/kafka-protocol/src/a.ts', "import { readFileSync } from 'node:fs';"],
      ['packages/contracts/src/a.ts', 'const url = process.env.URL;'],
    ],
    right: [
      ['packages/credentials/src/a.ts', "import { pbkdf2 } from 'node:crypto';"],
      ['packages/runtime/src/a.ts', 'const now = Date.now();'],
    ],
  });
});

describe('only the rooms of the stores know their drivers', () => {
  check(laws.keepsToItsStores, {
    wrong: [
      ['apps/api/src/a.ts', "import pg from 'pg';"],
      ['apps/worker/src/a.ts', "import { PrismaPg } from '@prisma/adapter-pg';"],
      ['packages/broker/src/a.ts', "import { Queue } from 'bullmq';"],
    ],
    right: [
      ['packages/db/src/a.ts', "import pg from 'pg';"],
      ['apps/broker/src/a.ts', "import { Queue } from 'bullmq';"],
      ['apps/api/src/a.test.ts', "import pg from 'pg';"],
    ],
  });
});

describe('Nest modules form a DAG', () => {
  check(laws.keepsModulesAcyclic, {
    wrong: [['apps/api/src/a.ts', 'imports: [forwardRef(() => B)]']],
    right: [['apps/api/src/a.ts', 'imports: [B] // no forwardRef']],
  });
});

describe('style', () => {
  const at = 'packages/x/src/a.ts';
  check(style.fitsOnAWall, { wrong: [[at, 'x\n'.repeat(401)]], right: [[at, 'x\n'.repeat(400)]] });
  check(style.hasTellingName, {
    wrong: [
      ['packages/x/src/utils.ts', ''],
      ['packages/x/src/helpers/a.ts', ''],
      ['packages/x/src/topic-manager.ts', ''],
      ['packages/x/src/service2.ts', ''],
      ['packages/x/src/createTopic.ts', ''],
      ['packages/x/src/create_topic.ts', ''],
    ],
    right: [
      ['packages/x/src/create-topic.test.ts', ''],
      ['packages/x/src/apis/00-produce.ts', ''],
      ['apps/console/src/app/(account)/[cluster-id]/page.tsx', ''],
      ['apps/api/src/service-accounts/a.ts', ''],
    ],
  });
  check(style.isNoBarrel, {
    wrong: [
      ['packages/x/src/index.ts', "export * from './a.ts';"],
      ['packages/x/src/index.ts', "export { a } from './a.ts';"],
    ],
    right: [
      ['packages/x/src/index.ts', 'export const a = 1;'],
      ['packages/x/src/a.ts', "export { b } from './b.ts';"],
    ],
  });
  check(style.avoidsAny, {
    wrong: [
      [at, 'const a: any = 1;'],
      [at, 'f(x as any);'],
      [at, 'const a = new Map<string, any>();'],
    ],
    right: [
      [at, "// any\nconst a = 'as any';"],
      [at, 'Promise.any(all); const many = 1;'],
      [at, 'const s = { kind: any(x) };'],
    ],
  });
  check(style.explainsCasts, {
    wrong: [
      [at, 'const a = f(x) as Thing;'],
      [at, '// Far away.\n\n\n\n\n\nconst a = x as unknown as { b: string };'],
    ],
    right: [
      [at, '// The server promises it.\nconst a = f(x) as Thing;'],
      [at, 'const a = f(x) as Thing; // The server promises it.'],
      [at, "import * as b from 'b';\nimport {\n  c as d,\n} from 'c';\nconst e = [1] as const;"],
      [at, "const text = 'x as Thing';\nconst list = [] as string[];"],
      ['apps/console/src/a.tsx', '<p>Runs as it is.</p>'],
    ],
  });
  check(style.leavesNothingOpen, {
    wrong: [
      [at, '// TODO: later'],
      [at, '/* FIXME */'],
    ],
    right: [[at, 'const todos = 1;']],
  });
  check(style.runsEveryTest, {
    wrong: [['packages/x/src/a.test.ts', "test.only('x', f);"]],
    right: [['packages/x/src/a.test.ts', "test('only', f);"]],
  });
  check(style.readsBooleansExactly, { wrong: [[at, 'z.coerce.boolean()']], right: [[at, 'z.boolean()']] });
  const body = '  x();\n'.repeat(60);
  check(style.keepsFunctionsShort, {
    wrong: [
      [at, `export async function f(a: string) {\n${body}}\n`],
      [at, `const f = (a: string) => {\n${body}}\n`],
      [at, `class A {\n  async #run(a: string): Promise<void> {\n${body}  }\n}\n`],
    ],
    right: [
      [at, `function f() {\n${'  x();\n'.repeat(58)}}\n`],
      [at, `const table = [\n${body}];\n`],
      ['packages/x/src/a.test.ts', `function f() {\n${body}}\n`],
    ],
  });
});
