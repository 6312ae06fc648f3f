import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs that do what the users of one client do. They print a line for each deed: "ok NAME" or "not ok NAME: why". */
export interface Suite {
  /** The client, with its version. */
  readonly client: string;
  readonly name: string;
  /** Without one of these programs it is left out. */
  readonly needs: readonly string[];
  /** Makes it ready to run; the command. Run again, it finds what it made. */
  prepare(): readonly [string, ...string[]];
}

export interface Deed {
  readonly name: string;
  /** Null: it was done. */
  readonly problem: string | null;
}

/** Where the brokers are, and who comes. */
export interface Address {
  readonly bootstrap: string;
  readonly credential: { readonly keyId: string; readonly secret: string } | null;
}

const here = import.meta.dirname;
const cacheDir = join(here, '../../../node_modules/.cache/clients');
const suiteMsMax = 15 * 60_000;

/** The one of the programs that is not there; null: they all are. */
export const missingProgram = ({ needs }: Suite): string | null =>
  needs.find((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) ?? null;

export function runSuite(suite: Suite, { bootstrap, credential }: Address): Promise<readonly Deed[]> {
  const [program, ...args] = suite.prepare();
  const user =
    credential === null ? {} : { SASL_USERNAME: credential.keyId, SASL_PASSWORD: credential.secret };
  const child = spawn(program, args, {
    env: { ...process.env, BOOTSTRAP: bootstrap, ...user },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: suiteMsMax,
    killSignal: 'SIGKILL',
  });
  let told = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString()}`.slice(-1_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const deeds = told.split('\n').flatMap(readDeed);
      const hasEnded = code === 0 || deeds.some(({ problem }) => problem !== null);
      const end = `${signal ?? code}: ${complaints.replaceAll('\n', ' ')}`;
      resolve(hasEnded ? deeds : [...deeds, { name: 'to its end', problem: `it ended with ${end}` }]);
    });
  });
}

function readDeed(line: string): readonly Deed[] {
  const [, not, name, problem] = /^(not )?ok ([^:]*)(?:: (.*))?$/.exec(line) ?? [];
  return name === undefined
    ? []
    : [{ name, problem: not === undefined ? null : (problem ?? 'no reason given') }];
}

/** A program of `go/`. */
export function goSuite(client: string, name: string): Suite {
  return {
    client,
    name,
    needs: ['go'],
    prepare() {
      const program = join(cacheDir, `go-${name}`);
      execFileSync('go', ['build', '-o', program, `./${name}`], { cwd: join(here, 'go'), stdio: 'inherit' });
      return [program];
    },
  };
}

/** A script of `python/`, with the packages of `requirements.txt` in an environment of their own. */
export function pythonSuite(client: string, name: string): Suite {
  return {
    client,
    name,
    needs: ['python3'],
    prepare() {
      const environment = join(cacheDir, 'python');
      const requirements = join(here, 'python/requirements.txt');
      if (!existsSync(environment))
        execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
      execFileSync(join(environment, 'bin/pip'), ['install', '-q', '-r', requirements], { stdio: 'inherit' });
      return [join(environment, 'bin/python'), join(here, 'python', `${name.replaceAll('-', '_')}.py`)];
    },
  };
}

/** A class of `java/`, run as source over the jars that Maven brings for `java/pom.xml`. */
export function javaSuite(client: string, name: string, file: string): Suite {
  return {
    client,
    name,
    needs: ['java', 'mvn'],
    prepare() {
      const jars = join(cacheDir, 'java');
      const complete = join(jars, 'complete');
      if (!existsSync(complete)) {
        mkdirSync(jars, { recursive: true });
        const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
        execFileSync('mvn', copy, { cwd: join(here, 'java'), stdio: 'inherit' });
        writeFileSync(complete, '');
      }
      return ['java', '-cp', `${jars}/*`, join(here, 'java', file)];
    },
  };
}
