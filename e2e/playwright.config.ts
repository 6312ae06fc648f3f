import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { apiUrl, consoleUrl, ports } from './addresses.ts';

// The whole product, started as a newcomer would, in a directory of its own and on ports that nobody uses.
// Workers read this file too: the directory is made once and handed on.
process.env.WEIR_E2E_DIR ??= mkdtempSync(join(tmpdir(), 'weir-e2e-'));

export default defineConfig({
  testDir: 'journeys',
  // A journey of a few seconds takes many on a machine that does other things.
  timeout: 120_000,
  expect: { timeout: 10_000 },
  workers: 2,
  reporter: 'list',
  outputDir: join(process.env.WEIR_E2E_DIR, 'results'),
  use: {
    baseURL: consoleUrl,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'node ../infra/bootstrap.mjs start',
    url: `${apiUrl}/readyz`,
    timeout: 300_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 15_000 },
    env: {
      WEIR_DATA_DIR: join(process.env.WEIR_E2E_DIR, 'data'),
      WEIR_CONSOLE_PORT: String(ports.console),
      WEIR_API_PORT: String(ports.api),
      WEIR_BROKER_PORT: String(ports.broker),
      // A provider and DNS of the tests' own, on this machine.
      WEIR_SSO_LOOPBACK: 'true',
      WEIR_WEBHOOK_LOOPBACK: 'true',
      WEIR_DNS_SERVERS: `127.0.0.1:${ports.dns}`,
    },
    stdout: 'pipe',
  },
});
