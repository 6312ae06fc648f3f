import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from './contestant.ts';

export const version = '4.3.0';

/** The classpath of Apache Kafka, fetched once by Maven; null, with the reason printed, where that cannot be. */
export function kafkaClasspath(cacheDir: string): string | null {
  for (const tool of ['java', 'mvn']) {
    if (spawnSync(tool, ['-version']).status !== 0) {
      console.log(`Apache Kafka takes no part: there is no ${tool} on this machine.`);
      return null;
    }
  }
  const home = join(cacheDir, `kafka-${version}`);
  const jars = join(home, 'jars');
  if (!existsSync(join(home, 'complete'))) {
    mkdirSync(jars, { recursive: true });
    writeFileSync(join(home, 'pom.xml'), pom);
    execFileSync('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`], {
      cwd: home,
    });
    writeFileSync(join(home, 'complete'), '');
  }
  return readdirSync(jars)
    .map((jar) => join(jars, jar))
    .join(':');
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>weir.bench</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

const clusterId = 'MkU3OEVBNTcwNTJENDM2Qg';

/** Makes a node's directory over its settings. */
export function formatStorage(classpath: string, dataDir: string, settings: readonly string[]): void {
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(propertiesIn(dataDir), `${settings.join('\n')}\n`);
  const format = ['format', '-t', clusterId, '-c', propertiesIn(dataDir)];
  execFileSync('java', ['-cp', classpath, 'kafka.tools.StorageTool', ...format]);
}

export const propertiesIn = (dataDir: string) => join(dataDir, 'server.properties');

/** A certificate in PEM, each on one line as properties have it. */
const tlsSettings = ({ cert, key }: { readonly cert: string; readonly key: string }): readonly string[] => [
  'inter.broker.listener.name=SSL',
  'listener.security.protocol.map=SSL:SSL,CONTROLLER:PLAINTEXT',
  'ssl.keystore.type=PEM',
  `ssl.keystore.certificate.chain=${oneLine(cert)}`,
  `ssl.keystore.key=${oneLine(key)}`,
  'ssl.truststore.type=PEM',
  `ssl.truststore.certificates=${oneLine(cert)}`,
];

const oneLine = (pem: string) => pem.trim().replaceAll('\n', '\\n');

/** One KRaft node with default settings, but for the flushing and the replication of internal topics. */
export function kafka(
  flush: 'os' | 'every',
  port: number,
  classpath: string,
  /** Of the listener for clients, where they come by TLS. */
  certificate: { readonly cert: string; readonly key: string } | null = null,
): Contestant {
  const protocol = certificate === null ? 'PLAINTEXT' : 'SSL';
  return {
    name: `Apache Kafka ${version}`,
    flush,
    isOurs: false,
    port,
    isTls: certificate !== null,
    prepare(dataDir) {
      formatStorage(classpath, dataDir, [
        'process.roles=broker,controller',
        'node.id=1',
        `controller.quorum.voters=1@127.0.0.1:${port + 1}`,
        `listeners=${protocol}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${port + 1}`,
        'controller.listener.names=CONTROLLER',
        ...(certificate === null ? [] : tlsSettings(certificate)),
        `log.dirs=${dataDir}/logs`,
        'offsets.topic.replication.factor=1',
        'transaction.state.log.replication.factor=1',
        'transaction.state.log.min.isr=1',
        'group.initial.rebalance.delay.ms=0',
        ...(flush === 'every' ? ['log.flush.interval.messages=1'] : []),
      ]);
      return Promise.resolve();
    },
    // The heap that Kafka's own start script gives.
    command: (dataDir) => [
      'java',
      '-Xms1G',
      '-Xmx1G',
      '-cp',
      classpath,
      'kafka.Kafka',
      propertiesIn(dataDir),
    ],
  };
}
