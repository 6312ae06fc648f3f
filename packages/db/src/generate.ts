import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { schemaDirectory } from './datamodel.ts';

// The Prisma CLI looks for a native schema engine, which it would download, though generating a client does
// not use it. Any executable satisfies it; this one is certainly there.
const cli = fileURLToPath(import.meta.resolve('prisma/build/index.js'));
const generated = spawnSync(
  process.execPath,
  [cli, 'generate', '--no-hints', `--schema=${schemaDirectory('control')}`],
  {
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
  },
);
if (generated.error) throw generated.error;
process.exitCode = generated.status ?? 1;
