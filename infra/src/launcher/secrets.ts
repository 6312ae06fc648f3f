/** What runs of the product. */
export type Program = 'api' | 'broker' | 'console' | 'worker';

/** Of variables that are a secret, or hold one in their address: who reads them. */
const readers: Readonly<Record<string, readonly Program[]>> = {
  DATABASE_URL: ['api', 'worker'],
  CELL_DATABASE_URL: ['api', 'broker', 'worker'],
  REDIS_URL: ['api', 'broker', 'worker'],
  SMTP_URL: ['api', 'worker'],
  STRIPE_SECRET_KEY: ['api', 'worker'],
  STRIPE_WEBHOOK_SECRET: ['api', 'worker'],
  OTEL_EXPORTER_OTLP_HEADERS: ['api', 'console', 'worker'],
  WEIR_AUTH_SECRET: ['api', 'worker'],
  WEIR_METRICS_TOKEN: ['api', 'console'],
  // The console reads whether there is one.
  WEIR_OUTBOX_KEY: ['api', 'console', 'worker'],
  WEIR_PROXY_SECRET: ['api', 'console'],
};

/**
 * The environment without secrets that the program does not read: whoever gets into what stands in front, a broker or
 * the console, finds none there that opens more.
 */
export function environmentOf(
  program: Program,
  all: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const isMeant = (name: string) => readers[name]?.includes(program) ?? true;
  return Object.fromEntries(Object.entries(all).filter(([name]) => isMeant(name)));
}
