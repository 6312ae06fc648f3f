import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { EventObject } from '@weir/testing/stripe/objects';
import { oweInvoice } from '@weir/testing/stripe/owe-invoice';
import { startTestStripe, type TestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { payingPorts } from '../addresses.ts';

/** The whole product with a payment provider, which is a double in the process of the test. */
export interface PayingStack {
  readonly stripe: TestStripe;
  /** What the provider sends of an event. */
  tell(event: EventObject | undefined): Promise<void>;
  /** What time alone brings about: an invoice of five dollars for a cluster's organization, refused eight days ago. */
  owe(clusterId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startPayingStack(): Promise<PayingStack> {
  const stripe = await startTestStripe();
  const directory = mkdtempSync(join(tmpdir(), 'weir-paying-'));
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../infra/bootstrap.mjs'), 'start'], {
    env: {
      ...process.env,
      WEIR_DATA_DIR: directory,
      WEIR_CONSOLE_PORT: String(payingPorts.console),
      WEIR_API_PORT: String(payingPorts.api),
      WEIR_BROKER_PORT: String(payingPorts.broker),
      WEIR_DEDICATED_PORT: String(payingPorts.dedicated),
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      STRIPE_API_URL: stripe.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child);
  return {
    stripe,
    tell: (event) => tell(stripe, event),
    owe: async (clusterId) => void (await oweInvoice(stripe.state, directory, clusterId)),
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      if (child.kill('SIGTERM')) await ended;
      await stripe.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const ready = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('weir ready')) resolve();
    });
    child.once('close', () => reject(new Error(`it ended before it was ready:\n${said}`)));
  });

const tell = async (stripe: TestStripe, event: EventObject | undefined): Promise<void> => {
  if (event === undefined) throw new Error('nothing was told');
  const { body, signature } = stripe.signed(event);
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
  const url = `http://localhost:${payingPorts.api}/webhooks/stripe`;
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  expect(response.status).toBe(200);
};
