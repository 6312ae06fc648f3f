import { defineConfig } from 'vitest/config';

// A file's name says what its tests need: nothing, a real Postgres, real processes and clients, or those and the
// machine for themselves, since how long things take is what they ask.
const source = [
  'apps/*/src/**',
  'apps/*/abuse/**',
  'apps/*/chaos/**',
  'packages/*/src/**',
  'packages/*/abuse/**',
  'packages/*/compare/**',
  'packages/*/clients/**',
  'packages/*/fuzz/**',
  'infra/src/**',
];
const ignored = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: source.map((room) => `${room}/*.test.ts`),
          exclude: [...ignored, '**/*.pg.test.ts', '**/*.wire.test.ts', '**/*.alone.test.ts'],
          // On a busy machine a tenth of a second takes long.
          testTimeout: 20_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'pg',
          include: source.map((room) => `${room}/*.pg.test.ts`),
          exclude: ignored,
          globalSetup: [
            'packages/testing/src/postgres-for-tests.ts',
            'packages/testing/src/redis-for-tests.ts',
          ],
          // Some start a process of a broker three times.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'wire',
          include: source.map((room) => `${room}/*.wire.test.ts`),
          exclude: ignored,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'alone',
          include: source.map((room) => `${room}/*.alone.test.ts`),
          exclude: ignored,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
    ],
  },
});
