import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** The Apache Kafka that we compare ourselves with. */
export const kafkaVersion = '4.3.0';

const cacheDir = join(import.meta.dirname, '../../../node_modules/.cache/weir-maven');

/**
 * The path of a jar, fetched by Maven into node_modules/.cache on first use. Null where Java or Maven is
 * not there, after a line that says so: the set-up installs neither, so such tests are skipped.
 * `coordinates` are Maven's `group:artifact:version`.
 */
export function mavenJar(coordinates: string): string | null {
  const [, artifact, version] = coordinates.split(':');
  const path = join(cacheDir, `${artifact}-${version}.jar`);
  for (const tool of ['java', 'mvn']) {
    if (spawnSync(tool, ['-version'], { stdio: 'ignore' }).error === undefined) continue;
    console.log(`skipped: comparison with ${coordinates}, because ${tool} is not installed`);
    return null;
  }
  if (existsSync(path)) return path;
  mkdirSync(cacheDir, { recursive: true });
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
  const run = spawnSync(
    'mvn',
    ['-q', '-B', plugin, `-Dartifact=${coordinates}`, `-DoutputDirectory=${cacheDir}`],
    {
      encoding: 'utf8',
      timeout: 100_000,
    },
  );
  if (run.status !== 0) throw new Error(`mvn could not fetch ${coordinates}: ${run.stdout}${run.stderr}`);
  return path;
}

/** The entries of a jar whose names `wanted` accepts, as text by name. Reads the zip's central directory. */
export function readJar(path: string, wanted: (name: string) => boolean): Map<string, string> {
  const jar = readFileSync(path);
  const endSignature = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
  const end = jar.lastIndexOf(endSignature);
  if (end < 0) throw new Error(`${path} is no jar`);
  const entries = new Map<string, string>();
  let at = jar.readUInt32LE(end + 16);
  for (let left = jar.readUInt16LE(end + 10); left > 0; left -= 1) {
    const method = jar.readUInt16LE(at + 10);
    const compressedBytes = jar.readUInt32LE(at + 20);
    const nameBytes = jar.readUInt16LE(at + 28);
    const name = jar.toString('utf8', at + 46, at + 46 + nameBytes);
    if (wanted(name)) {
      const local = jar.readUInt32LE(at + 42);
      const start = local + 30 + jar.readUInt16LE(local + 26) + jar.readUInt16LE(local + 28);
      const data = jar.subarray(start, start + compressedBytes);
      entries.set(name, (method === 0 ? data : inflateRawSync(data)).toString('utf8'));
    }
    at += 46 + nameBytes + jar.readUInt16LE(at + 30) + jar.readUInt16LE(at + 32);
  }
  return entries;
}
