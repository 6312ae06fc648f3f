import { type BrokerAccess, brokerAccessEnv, brokerAccessSettings } from '@weir/runtime/broker-access-env';
import {
  choice,
  dnsServers,
  flag,
  parseEnv,
  postgresUrl,
  redisUrl,
  secretText,
  text,
  whole,
} from '@weir/runtime/env';
import { type MailSettings, mailEnv, mailSettings } from '@weir/runtime/mail-env';
import { type PaymentSettings, paymentEnv, paymentSettings } from '@weir/runtime/payment-env';
import { sellerEnv } from '@weir/runtime/seller-env';
import { type UsageKept, usageKeptUsual } from './usage/drop-usage.ts';

export interface WorkerSettings {
  readonly mail: MailSettings;
  /** Null: payment is off, and nothing is charged. */
  readonly payments: PaymentSettings | null;
  /** Who asks for the money, as lines on invoices. */
  readonly issuedBy: readonly string[];
  /** The tokens in mails' links come from it. */
  readonly authSecret: string;
  readonly databaseUrl: string;
  readonly cellUrl: string;
  readonly cellSchema: string;
  readonly redisUrl: string;
  readonly usageKept: UsageKept;
  /** Whom to ask for names that tenants give; null: as this machine does. */
  readonly dnsServers: readonly string[] | null;
  /** For development only: a webhook may lead to this machine, without TLS. */
  readonly webhooksAllowLoopback: boolean;
  /** What clients call the machine on which brokers of further cells run. */
  readonly brokerHost: string;
  /** What clients of the local cell bootstrap from: `host:port`, or several with commas between them. */
  readonly bootstrapEndpoint: string;
  readonly brokerAccess: BrokerAccess;
  /** Where health and metrics are served; null: nowhere. */
  readonly port: number | null;
  readonly host: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

const localCellSchema = 'cell_local';

const shape = {
  ...mailEnv,
  ...brokerAccessEnv,
  ...paymentEnv,
  ...sellerEnv,
  WEIR_AUTH_SECRET: secretText(32),
  DATABASE_URL: postgresUrl(),
  CELL_DATABASE_URL: postgresUrl().optional(),
  REDIS_URL: redisUrl(),
  WEIR_WORKER_HOST: text('127.0.0.1'),
  WEIR_WORKER_PORT: whole({ min: 0, max: 65_535, fallback: 0, right: 'a port, or 0 for none' }),
  // Hours are derived of what is raw, so they stay for longer.
  WEIR_USAGE_RAW_DAYS: whole({ min: 2, max: 366, fallback: usageKeptUsual.rawDays }),
  WEIR_USAGE_HOUR_MONTHS: whole({ min: 13, max: 1_200, fallback: usageKeptUsual.hourMonths }),
  WEIR_DNS_SERVERS: dnsServers().optional(),
  WEIR_WEBHOOK_LOOPBACK: flag(false),
  WEIR_LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info'),
};

/** Throws EnvError, which names every bad variable. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): WorkerSettings => {
  const given = parseEnv(shape, env);
  const cell = new URL(given.CELL_DATABASE_URL ?? given.DATABASE_URL);
  const cellSchema = (given.CELL_DATABASE_URL && cell.searchParams.get('schema')) || localCellSchema;
  cell.searchParams.delete('schema');
  return {
    mail: mailSettings(given),
    payments: paymentSettings(given),
    issuedBy: given.WEIR_SELLER,
    authSecret: given.WEIR_AUTH_SECRET,
    databaseUrl: given.DATABASE_URL,
    cellUrl: cell.href,
    cellSchema,
    redisUrl: given.REDIS_URL,
    usageKept: { rawDays: given.WEIR_USAGE_RAW_DAYS, hourMonths: given.WEIR_USAGE_HOUR_MONTHS },
    brokerHost: given.WEIR_BROKER_HOST,
    ...brokerAccessSettings(given),
    dnsServers: given.WEIR_DNS_SERVERS ?? null,
    webhooksAllowLoopback: given.WEIR_WEBHOOK_LOOPBACK,
    host: given.WEIR_WORKER_HOST,
    port: given.WEIR_WORKER_PORT === 0 ? null : given.WEIR_WORKER_PORT,
    logLevel: given.WEIR_LOG_LEVEL,
  };
};
