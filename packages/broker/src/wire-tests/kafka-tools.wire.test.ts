import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Admin, Producer, type ProducerOptions, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess, buildBroker, temporaryDirectory } from '../testing/broker-process.ts';
import { dumpableFiles, dumpLogSegments, kafkaToolsClasspath, problemsIn } from '../testing/kafka-tools.ts';

// What Apache Kafka's own tool says of our directories.

const classpath = kafkaToolsClasspath("Apache Kafka's DumpLogSegments over our logs");

type TextOptions = ProducerOptions<string, string, string, string>;

describe.skipIf(classpath === null)('DumpLogSegments', () => {
  const directory = temporaryDirectory();
  const logs = join(directory.path, 'logs');
  let broker: BrokerProcess;

  async function load(options: Partial<TextOptions>, rounds: number): Promise<void> {
    const producer = new Producer({
      clientId: 'load',
      bootstrapBrokers: [broker.address],
      serializers: stringSerializers,
      ...options,
    });
    for (let round = 0; round < rounds; round += 1) {
      const messages = Array.from({ length: 40 }, (_, index) => ({
        topic: 'dumped',
        key: `key ${index}`,
        value: `${round} ${index} `.repeat(400),
        partition: index % 2,
        headers: { origin: 'load' },
      }));
      await producer.send({ messages, acks: -1 });
    }
    await producer.close();
  }

  async function loadEveryCodec(): Promise<void> {
    await load({ idempotent: true }, 20);
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
      await load({ compression }, 8);
  }

  /** Every partition's directory that has something in it. */
  function partitionDirectories(): string[] {
    return readdirSync(logs, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
      .map((entry) => entry.parentPath)
      .filter((dir, at, all) => all.indexOf(dir) === at);
  }

  function dumpAll(): string {
    return dumpLogSegments(classpath ?? '', partitionDirectories().flatMap(dumpableFiles));
  }

  beforeAll(async () => {
    buildBroker();
    broker = await BrokerProcess.start(directory.path);
    const admin = new Admin({ clientId: 'admin', bootstrapBrokers: [broker.address] });
    const configs = [
      { name: 'segment.bytes', value: String(1024 * 1024) },
      { name: 'index.interval.bytes', value: '4096' },
    ];
    await admin.createTopics({ topics: ['dumped'], partitions: 2, replicas: 1, configs });
    await admin.close();
  });
  afterAll(async () => {
    await broker.stop();
    directory.remove();
  });

  test('finds nothing wrong in logs, indexes and producer snapshots, while the broker runs and after a stop', async () => {
    await loadEveryCodec();
    // Enough in one batch after the other that segments roll.
    await load({}, 60);
    const running = dumpAll();
    expect(problemsIn(running)).toEqual([]);
    await broker.stop();
    const stopped = dumpAll();
    expect(problemsIn(stopped)).toEqual([]);
    expect(stopped).toMatch(/producerId: \d+ producerEpoch: 0/);
    const segments = partitionDirectories()
      .flatMap(dumpableFiles)
      .filter((file) => file.endsWith('.log'));
    expect(segments.length).toBeGreaterThan(4);
    for (const kind of ['index', 'timeindex', 'snapshot']) expect(stopped).toContain(`.${kind}\n`);
  });

  test('finds nothing wrong after kill -9 in the middle of writing, and a restart', async () => {
    broker = await BrokerProcess.start(directory.path);
    const writing = load({ retries: 0 }, 1000);
    const failed = writing.then(
      () => false,
      () => true,
    );
    await load({}, 5);
    await broker.stop('SIGKILL');
    expect(await failed).toBe(true);
    broker = await BrokerProcess.start(directory.path);
    await loadEveryCodec();
    expect(problemsIn(dumpAll())).toEqual([]);
    await broker.stop();
    expect(problemsIn(dumpAll())).toEqual([]);
  });

  test('would find damage: a flipped byte, an index entry that points elsewhere', () => {
    // A log in which nothing was written has no index entry to bend.
    const hasIndex = (file: string, all: readonly string[]) => {
      const index = file.replace('.log', '.index');
      return all.includes(index) && statSync(index).size >= 8;
    };
    const log = partitionDirectories()
      .flatMap(dumpableFiles)
      .find((file, _index, all) => file.endsWith('0.log') && hasIndex(file, all));
    if (log === undefined) throw new Error('there is a first segment with an index');
    const copies = join(directory.path, 'copies');
    mkdirSync(copies);
    for (const file of dumpableFiles(dirname(log)).filter((each) =>
      basename(each).startsWith(basename(log, '.log')),
    ))
      copyFileSync(file, join(copies, basename(file)));
    const index = join(copies, basename(log).replace('.log', '.index'));
    const entries = readFileSync(index);
    entries.writeInt32BE(entries.readInt32BE(4) + 1, 4);
    writeFileSync(index, entries);
    expect(problemsIn(dumpLogSegments(classpath ?? '', [index]))).not.toEqual([]);
    const bytes = readFileSync(log);
    bytes[300] = (bytes[300] ?? 0) ^ 1;
    const damaged = join(copies, basename(log));
    writeFileSync(damaged, bytes);
    expect(problemsIn(dumpLogSegments(classpath ?? '', [damaged]))).not.toEqual([]);
  });
});
