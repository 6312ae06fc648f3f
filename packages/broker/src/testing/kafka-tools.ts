import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaVersion } from '@weir/testing/kafka-jars';

const home = join(import.meta.dirname, `../../../../node_modules/.cache/kafka-tools-${kafkaVersion}`);

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>weir.tests</groupId><artifactId>kafka-tools</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${kafkaVersion}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/**
 * The classpath of Apache Kafka's tools and Java clients, fetched once by Maven. Null, with a line that says
 * what is skipped and why, where Java or Maven is missing.
 */
export function kafkaToolsClasspath(what: string): string | null {
  for (const tool of ['java', 'mvn']) {
    if (spawnSync(tool, ['-version'], { stdio: 'ignore' }).status === 0) continue;
    console.log(`skipped: ${what}, because ${tool} is not installed`);
    return null;
  }
  const jars = join(home, 'jars');
  if (!existsSync(join(home, 'complete'))) {
    mkdirSync(jars, { recursive: true });
    writeFileSync(join(home, 'pom.xml'), pom);
    const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
    execFileSync('mvn', copy, { cwd: home, timeout: 100_000 });
    writeFileSync(join(home, 'complete'), '');
  }
  return join(jars, '*');
}

/** Whether the files of a log directory are as Apache Kafka's DumpLogSegments wants them: what it says of them. */
export function dumpLogSegments(classpath: string, files: readonly string[]): string {
  const args = [
    '-cp',
    classpath,
    'org.apache.kafka.tools.DumpLogSegments',
    '--deep-iteration',
    '--files',
    files.join(','),
  ];
  const run = spawnSync('java', ['-XX:TieredStopAtLevel=1', ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return `${run.stdout}${run.stderr}`;
}

const problem =
  /mismatch|isvalid: false|not found|out of order|exception|invalid|corrupt|failed|truncat|error|is followed by/i;

/**
 * The lines in which DumpLogSegments says that something is wrong. Of a segment that does not begin at
 * offset 0 its 4.3.0 says that "-1 is followed by" the first offset; we take that for where it begins to count.
 */
export function problemsIn(dump: string): string[] {
  return dump
    .split('\n')
    .filter((line) => problem.test(line) && !/^\| offset/.test(line) && !/^\s*-1 is followed by/.test(line));
}

export function dumpableFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => /\.(log|index|timeindex|txnindex|snapshot)$/.test(name))
    .sort()
    .map((name) => join(dir, name));
}
