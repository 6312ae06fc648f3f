// The first file that runs, on whatever Node (20 or newer) the machine has, before anything is installed:
// it makes sure of the packages, then hands over to the Node of the project with the command asked for.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const commands = [
  'start',
  'test',
  'bench',
  'bench-ledger',
  'broker',
  'cell',
  'admin',
  'simulate',
  'compare',
  'fuzz',
  'clients',
  'abuse',
  'chaos',
  'chaos-usage',
];
const bin = join(root, 'node_modules', '.bin');
const stampFile = join(root, 'node_modules', '.weir-installed');

/** What the installed packages depend on. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function isInstalled() {
  if (!existsSync(stampFile) || !existsSync(join(bin, 'node'))) return false;
  return readFileSync(stampFile, 'utf8') === fingerprint();
}

/** The pnpm of `packageManager`: the one on the PATH if it has that version, else through npx. */
function pnpmCommand() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.slice(packageManager.indexOf('@') + 1).split('+')[0];
  const found = spawnSync('pnpm', ['--version'], { cwd: root, encoding: 'utf8', timeout: 30_000 });
  if (found.status === 0 && found.stdout.trim() === version) return ['pnpm'];
  return ['npx', '--yes', `pnpm@${version}`];
}

function install() {
  const started = Date.now();
  process.stdout.write('installing packages …\n');
  const [command, ...args] = [...pnpmCommand(), 'install', '--frozen-lockfile'];
  // CI: nothing is there to answer a question.
  const env = { ...process.env, CI: 'true' };
  const result = spawnSync(command, args, { cwd: root, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status !== 0) {
    const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
    process.stderr.write(`${output}\n\n${command} ${args.join(' ')} failed`);
    process.stderr.write(result.error ? `: ${result.error.message}\n` : ` with status ${result.status}.\n`);
    process.stderr.write('Weir needs Node 20 or newer, npm, and an npm registry that it can reach.\n');
    process.exit(1);
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, fingerprint());
  process.stdout.write(`installed packages in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
}

/** The parent and its parent: npm runs a script through a shell, which survives it. */
function npmAncestors() {
  const parent = process.ppid;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return `${parent}`; // No /proc on this system: the parent alone has to do.
  }
}

/** Of the process that runs the command itself. The same as the launcher's for a broker (memory-plan.ts of the runtime). */
const flagsOf = {
  broker: ['--initial-old-space-size=128', '--min-semi-space-size=8', '--max-semi-space-size=8'],
};

function handOver(command, args) {
  const script = join(root, 'infra', 'src', `${command}.ts`);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  // The channel tells the command when this process dies, even by SIGKILL.
  const child = spawn(join(bin, 'node'), [...(flagsOf[command] ?? []), script, ...args], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const forward = (signal) => child.kill(signal);
  // A Ctrl-C in a terminal reaches the child by itself; it must not end this process before the child.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) forward('SIGINT');
  });
  process.on('SIGTERM', () => forward('SIGTERM'));
  process.on('SIGHUP', () => forward('SIGTERM'));
  // Under npm nobody can stop what it started once npm is killed, so everything stops with it.
  const ancestors = npmAncestors();
  const watch =
    process.env.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (npmAncestors() !== ancestors) forward('SIGTERM');
        }, 300);
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
  });
}

const [command, ...args] = process.argv.slice(2);
if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(`Weir needs Node 20 or newer; this is ${process.version}.\n`);
  process.exit(1);
}
if (!commands.includes(command)) {
  process.stderr.write(`usage: node infra/bootstrap.mjs ${commands.join(' | ')}\n`);
  process.exit(1);
}
if (!isInstalled()) install();
handOver(command, args);
