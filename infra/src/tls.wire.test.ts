import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// The whole product with TLS for Kafka clients, by an authority that it makes itself.

let weir: Installation;
beforeAll(async () => {
  weir = await Installation.make();
});
afterAll(() => weir.remove());

test('with WEIR_BROKER_TLS=1 clients come by TLS, trust the file that the API hands out, and a restart keeps it', async () => {
  const first = weir.launch({ WEIR_BROKER_TLS: '1' });
  await first.line('weir ready');
  const caFile = join(weir.directory, 'tls', 'ca.pem');
  expect(first.lines.join('\n')).toContain(`Kafka clients come by TLS, and trust ${caFile}`);
  const tenant = await Tenant.signUp(weir);
  const { spec } = await tenant.cluster();
  expect(spec.kafka_bootstrap_endpoint).toBe(`SASL_SSL://localhost:${weir.ports.broker}`);
  const ca = await (await fetch(`http://localhost:${weir.ports.api}/kafka-ca.pem`)).text();
  expect(ca).toBe(readFileSync(caFile, 'utf8'));
  await tenant.createTopic('orders');
  await expect(
    tenant.kcat(['-P', '-t', 'orders', '-X', 'message.timeout.ms=3000'], 'plain\n'),
  ).rejects.toThrow();
  tenant.trust(caFile);
  await tenant.kcat(['-P', '-t', 'orders'], 'one\n');
  first.child.kill('SIGTERM');
  await first.ended;

  const second = weir.launch({ WEIR_BROKER_TLS: '1' });
  await second.line('weir ready');
  expect(readFileSync(caFile, 'utf8')).toBe(ca);
  await tenant.kcat(['-P', '-t', 'orders'], 'two\n');
  const read = ['-C', '-t', 'orders', '-o', 'beginning', '-e', '-q'];
  expect(await tenant.kcat(read)).toBe('one\ntwo\n');
  second.child.kill('SIGTERM');
  await second.ended;
});
