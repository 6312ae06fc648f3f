import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type BrokerDoors, brokerDoorEnv, brokerDoors } from '@weir/runtime/broker-doors';
import { parseEnv, port, postgresUrl, redisUrl, text, whole } from '@weir/runtime/env';
import { mailEnv, mailSettings } from '@weir/runtime/mail-env';
import {
  brokerMemoryMb,
  brokerMemoryMbMin,
  dedicatedBrokersOf,
  machineMemoryMb,
} from '@weir/runtime/memory-plan';
import { regionEnv } from '@weir/runtime/region-env';

/** On one machine, where each has a port next to the other's. */
export const brokersMax = 9;

/** Each but the first is a broker of its own beside those of WEIR_BROKERS. */
const sharedCellsMax = 5;

/** What the person who starts Weir may decide. */
export interface Settings {
  /** Absolute. */
  readonly dataDirectory: string;
  readonly consolePort: number;
  readonly apiPort: number;
  /** Of the first broker; each further one has the next. */
  readonly brokerPort: number;
  readonly brokers: number;
  /** What clients are told to connect to, and where brokers listen. */
  readonly brokerHost: string;
  readonly brokerListenHost: string;
  readonly brokerDoors: BrokerDoors;
  /** On how many cells clusters are placed that have no brokers of their own. */
  readonly sharedCells: number;
  /** Where ports for brokers of further cells are looked for, from there up. */
  readonly dedicatedPort: number;
  /** How many brokers all Dedicated clusters may have together; 0: there are no such clusters. */
  readonly dedicatedBrokers: number;
  /** What the processes of all brokers may use together, heap and all else. */
  readonly brokerMemoryMb: number;
  /** Where the worker, and the brokers from the first one on, show their figures; null: wherever, or nowhere. */
  readonly workerPort: number | null;
  readonly brokerMetricsPort: number | null;
  /** Null: the launcher brings its own. */
  readonly databaseUrl: string | null;
  readonly redisUrl: string | null;
  /** How people reach the console; links in mails lead there. */
  readonly consoleUrl: string;
  /** With SMTP_URL it is sent. Without, it stays in an outbox that is shown where everybody is on this machine. */
  readonly mail: 'sent' | 'shown here' | 'kept';
}

/** A reason not to start that the reader can do something about: printed as it is, without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Reads the environment; a relative data directory lies in `from`. Throws EnvError or StartError. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, from: string): Settings {
  const values = parseEnv(
    {
      ...mailEnv,
      // The API goes by them, and everything should stop here where they are bad.
      ...regionEnv,
      WEIR_DATA_DIR: text('.weir'),
      WEIR_BROKER_PORT: port(9092),
      WEIR_BROKER_HOST: text('localhost'),
      ...brokerDoorEnv,
      WEIR_BROKERS: whole({ min: 1, max: brokersMax, fallback: 1 }),
      WEIR_SHARED_CELLS: whole({ min: 1, max: sharedCellsMax, fallback: 1 }),
      WEIR_DEDICATED_PORT: port(19_092),
      WEIR_DEDICATED_BROKERS: whole({ min: 0, max: 100, fallback: dedicatedBrokersOf(machineMemoryMb()) }),
      // 0 stands for what was not set: how much that is depends on the number of brokers.
      WEIR_BROKER_MEMORY_MB: whole({ min: brokerMemoryMbMin, max: 1_048_576, fallback: 0 }),
      WEIR_WORKER_PORT: port(0),
      WEIR_BROKER_METRICS_PORT: port(0),
      DATABASE_URL: postgresUrl().optional(),
      REDIS_URL: redisUrl().optional(),
    },
    env,
  );
  // The key itself is made with the data directory: here only whether one would count.
  const mail = mailSettings({ ...values, WEIR_OUTBOX_KEY: values.WEIR_OUTBOX_KEY ?? 'to be made' });
  const settings: Settings = {
    dataDirectory: resolve(from, values.WEIR_DATA_DIR),
    consolePort: values.WEIR_CONSOLE_PORT,
    apiPort: values.WEIR_API_PORT,
    brokerPort: values.WEIR_BROKER_PORT,
    brokers: values.WEIR_BROKERS,
    brokerHost: values.WEIR_BROKER_HOST,
    brokerListenHost: values.WEIR_BROKER_LISTEN_HOST,
    brokerDoors: brokerDoors(values),
    sharedCells: values.WEIR_SHARED_CELLS,
    dedicatedPort: values.WEIR_DEDICATED_PORT,
    dedicatedBrokers: values.WEIR_DEDICATED_BROKERS,
    brokerMemoryMb: values.WEIR_BROKER_MEMORY_MB || brokerMemoryMb(machineMemoryMb(), values.WEIR_BROKERS),
    workerPort: values.WEIR_WORKER_PORT || null,
    brokerMetricsPort: values.WEIR_BROKER_METRICS_PORT || null,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    consoleUrl: mail.consoleUrl,
    mail: mail.smtpUrl !== null ? 'sent' : mail.outboxKey !== null ? 'shown here' : 'kept',
  };
  checkBrokersFit(settings);
  checkPortsDiffer(settings);
  return settings;
}

export interface NamedPort {
  readonly port: number;
  /** What the port is called. */
  readonly name: string;
  /** The variable that sets it. */
  readonly setting: string;
}

export function portsOf(settings: Settings): readonly NamedPort[] {
  const named = (setting: string, port: number) => ({ port, setting, name: setting });
  const ofBrokers = brokerPorts(settings).map((port, index) => {
    const setting = 'WEIR_BROKER_PORT';
    return { port, setting, name: index === 0 ? setting : `${setting} + ${index}, of broker ${index + 1}` };
  });
  return [
    named('WEIR_CONSOLE_PORT', settings.consolePort),
    named('WEIR_API_PORT', settings.apiPort),
    ...ofBrokers,
    ...(settings.workerPort === null ? [] : [named('WEIR_WORKER_PORT', settings.workerPort)]),
    ...(settings.brokerMetricsPort === null
      ? []
      : [named('WEIR_BROKER_METRICS_PORT', settings.brokerMetricsPort)]),
  ];
}

/** Where clients reach the brokers, from the first one on. */
export function brokerPorts({ brokers, brokerPort }: Pick<Settings, 'brokers' | 'brokerPort'>): number[] {
  return Array.from({ length: brokers }, (_, index) => brokerPort + index);
}

function checkBrokersFit({ brokers, brokerPort, brokerMemoryMb: memoryMb }: Settings): void {
  if (brokerPort + brokers - 1 > 65_535) {
    throw new StartError(
      `WEIR_BROKER_PORT is ${brokerPort}, and ${brokers} brokers (WEIR_BROKERS) need as many ports from there on: set it to ${65_536 - brokers} at most.`,
    );
  }
  if (memoryMb < brokerMemoryMbMin * brokers) {
    throw new StartError(
      `WEIR_BROKER_MEMORY_MB is ${memoryMb}, which ${brokers} brokers (WEIR_BROKERS) divide: set it to ${brokerMemoryMbMin * brokers} at least.`,
    );
  }
}

function checkPortsDiffer(settings: Settings): void {
  for (const [at, one] of portsOf(settings).entries()) {
    const same = portsOf(settings).find((other, index) => index > at && other.port === one.port);
    if (same === undefined) continue;
    throw new StartError(`${one.name} and ${same.name} are both ${one.port}: give each a port of its own.`);
  }
}

/** Makes the directory and what lies in it. Throws StartError when that cannot be. */
export function prepareDataDirectory(settings: Settings): void {
  const { dataDirectory } = settings;
  if (existsSync(dataDirectory) && !statSync(dataDirectory).isDirectory()) {
    throw new StartError(`WEIR_DATA_DIR is ${dataDirectory}, which is a file: name a directory.`);
  }
  try {
    mkdirSync(dataDirectory, { recursive: true });
    for (const name of ['logs', 'secrets'])
      mkdirSync(join(dataDirectory, name), { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `WEIR_DATA_DIR is ${dataDirectory}, which cannot be written to (${reason}): name a directory that can.`,
      { cause },
    );
  }
}

/** A secret of this installation, made on first use and kept where only its owner can read it. */
export function keptSecret(settings: Settings, name: string): string {
  const file = join(settings.dataDirectory, 'secrets', name);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}
