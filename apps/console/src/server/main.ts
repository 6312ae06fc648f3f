import { join } from 'node:path';
import { startTracing } from '@weir/runtime/tracing';
import next from 'next';
import { createConsoleServer } from './serve.ts';
import { type ConsoleSettings, readSettings, SettingsError } from './settings.ts';

const stopMsMax = 3_000;

const settingsOrExit = (): ConsoleSettings => {
  try {
    return readSettings(process.env);
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    console.error(cause.message);
    process.exit(1);
  }
};

const settings = settingsOrExit();
const { host, port } = settings;
const endTracing = await startTracing('console', process.env, (cause) =>
  console.error('traces cannot be sent; they are dropped', cause),
);
const pages = next({ dev: false, dir: join(import.meta.dirname, '../..'), hostname: host, port });
await pages.prepare();
const server = createConsoleServer(settings, pages.getRequestHandler(), (message, cause) =>
  console.error(message, cause),
);
server.on('error', (cause) => {
  console.error(`The console cannot listen on ${host}, port ${port}: ${cause.message}`);
  process.exit(1);
});
server.listen(port, host, () => console.log(`ready on http://${host}:${port}`));

const stop = () => {
  setTimeout(() => process.exit(0), stopMsMax).unref();
  server.close(() => void endTracing().finally(() => process.exit(0)));
  server.closeIdleConnections();
};
process.on('SIGTERM', stop).on('SIGINT', stop);
