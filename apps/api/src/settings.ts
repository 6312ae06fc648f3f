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
import { mailEnv, mailSettings } from '@weir/runtime/mail-env';
import { type PaymentSettings, paymentEnv, paymentSettings } from '@weir/runtime/payment-env';
import { regionEnv } from '@weir/runtime/region-env';
import { sellerEnv } from '@weir/runtime/seller-env';

/** Everything the API reads from its environment. */
export interface ApiSettings {
  readonly host: string;
  readonly port: number;
  readonly consoleUrl: string;
  /** Where clients reach this API; stands in every link that it hands out. */
  readonly publicUrl: string;
  readonly databaseUrl: string;
  readonly cellUrl: string;
  readonly cellSchema: string;
  readonly redisUrl: string;
  /** What clients of the local cell bootstrap from: `host:port`, or several with commas between them. */
  readonly bootstrapEndpoint: string;
  readonly brokerAccess: BrokerAccess;
  /** How the local cell is called in the catalogue. */
  readonly localRegion: { readonly cloud: string; readonly region: string };
  /** How many brokers all dedicated clusters may have together; 0: none are offered. */
  readonly dedicatedBrokers: number;
  readonly authSecret: string;
  /** What a proxy proves itself by, whose X-Forwarded-For is then believed; null: no proxy is. */
  readonly proxySecret: string | null;
  /** Who sends it as a bearer token may read /metrics from elsewhere; null: only this machine may. */
  readonly metricsToken: string | null;
  /** Who has it may read the local outbox; null: there is none. See packages/runtime/src/mail-env.ts. */
  readonly outboxKey: string | null;
  /** Whom to ask for the records that prove a domain, `address` or `address:port`; null: as this machine does. */
  readonly dnsServers: readonly string[] | null;
  /** For development: an identity provider may be on this machine, and without TLS. */
  readonly ssoAllowsLoopback: boolean;
  /** For development only: a webhook may lead to this machine, without TLS. */
  readonly webhooksAllowLoopback: boolean;
  /** Null: payment is off, and nothing is charged. */
  readonly payments: PaymentSettings | null;
  /** Who asks for the money, as lines on invoices; empty: nobody is set. */
  readonly issuedBy: readonly string[];
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

const localCellSchema = 'cell_local';

const shape = {
  ...mailEnv,
  ...brokerAccessEnv,
  ...regionEnv,
  ...paymentEnv,
  ...sellerEnv,
  WEIR_API_HOST: text('127.0.0.1'),
  DATABASE_URL: postgresUrl(),
  CELL_DATABASE_URL: postgresUrl().optional(),
  REDIS_URL: redisUrl(),
  WEIR_DEDICATED_BROKERS: whole({ min: 0, max: 100_000, fallback: 0 }),
  WEIR_AUTH_SECRET: secretText(32),
  WEIR_PROXY_SECRET: secretText(32).optional(),
  WEIR_METRICS_TOKEN: secretText(32).optional(),
  WEIR_DNS_SERVERS: dnsServers().optional(),
  WEIR_SSO_LOOPBACK: flag(false),
  WEIR_WEBHOOK_LOOPBACK: flag(false),
  WEIR_LOG_LEVEL: choice(['debug', 'info', 'warn', 'error', 'silent'], 'info'),
};

/** Throws EnvError, which names every bad variable. */
export const readSettings = (env: Readonly<Record<string, string | undefined>>): ApiSettings => {
  const given = parseEnv(shape, env);
  const cell = new URL(given.CELL_DATABASE_URL ?? given.DATABASE_URL);
  const cellSchema = (given.CELL_DATABASE_URL && cell.searchParams.get('schema')) || localCellSchema;
  cell.searchParams.delete('schema');
  const { consoleUrl, outboxKey, publicUrl } = mailSettings(given);
  return {
    host: given.WEIR_API_HOST,
    port: given.WEIR_API_PORT,
    publicUrl,
    consoleUrl,
    outboxKey,
    databaseUrl: given.DATABASE_URL,
    cellUrl: cell.href,
    cellSchema,
    redisUrl: given.REDIS_URL,
    ...brokerAccessSettings(given),
    localRegion: { cloud: given.WEIR_CLOUD, region: given.WEIR_REGION },
    dedicatedBrokers: given.WEIR_DEDICATED_BROKERS,
    authSecret: given.WEIR_AUTH_SECRET,
    proxySecret: given.WEIR_PROXY_SECRET ?? null,
    metricsToken: given.WEIR_METRICS_TOKEN ?? null,
    dnsServers: given.WEIR_DNS_SERVERS ?? null,
    ssoAllowsLoopback: given.WEIR_SSO_LOOPBACK,
    webhooksAllowLoopback: given.WEIR_WEBHOOK_LOOPBACK,
    payments: paymentSettings(given),
    issuedBy: given.WEIR_SELLER,
    logLevel: given.WEIR_LOG_LEVEL,
  };
};
