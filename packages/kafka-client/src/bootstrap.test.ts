import { expect, test } from 'vitest';
import { bootstrapEndpointOf, bootstrapOf } from './bootstrap.ts';

const bootstrapEndpoint = 'localhost:9092,localhost:9093';
const plain = { bootstrapEndpoint, brokerAccess: { isTls: false, domain: null } };
const named = { bootstrapEndpoint, brokerAccess: { isTls: true, domain: 'kafka.example.com' } };
const cluster = { id: 'lkc-a', kind: 'Basic', bootstrapEndpoint: null } as const;

test('each address says how it is spoken to', () => {
  expect(bootstrapEndpointOf(cluster, plain)).toBe(
    'SASL_PLAINTEXT://localhost:9092,SASL_PLAINTEXT://localhost:9093',
  );
  const tls = { ...plain, brokerAccess: { isTls: true, domain: null } };
  expect(bootstrapEndpointOf({ ...cluster, bootstrapEndpoint: '[::1]:20000' }, tls)).toBe(
    'SASL_SSL://[::1]:20000',
  );
  expect(bootstrapOf(cluster, plain)).toBe(bootstrapEndpoint);
});

test('where clusters have names a client comes by that of its own, at each port', () => {
  expect(bootstrapOf(cluster, named)).toBe('lkc-a.kafka.example.com:9092,lkc-a.kafka.example.com:9093');
  const one = { ...cluster, bootstrapEndpoint: 'a:9092,b:9092' };
  expect(bootstrapEndpointOf(one, named)).toBe('SASL_SSL://lkc-a.kafka.example.com:9092');
});

test('of brokers that are not there yet nothing is told', () => {
  const dedicated = { ...cluster, kind: 'Dedicated' } as const;
  for (const settings of [plain, named]) expect(bootstrapEndpointOf(dedicated, settings)).toBe('');
});
