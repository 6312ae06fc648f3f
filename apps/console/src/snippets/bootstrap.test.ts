import { expect, it } from 'vitest';
import { bootstrapOf } from './bootstrap.ts';

it('servers stand there as clients take them, apart from how they are spoken to', () => {
  const plain = {
    kafka_bootstrap_endpoint: 'SASL_PLAINTEXT://localhost:9092,SASL_PLAINTEXT://localhost:9093',
  };
  expect(bootstrapOf(plain)).toEqual({
    servers: 'localhost:9092,localhost:9093',
    protocol: 'SASL_PLAINTEXT',
    caUrl: null,
  });
  const caUrl = 'http://localhost:4000/kafka-ca.pem';
  const tls = { kafka_bootstrap_endpoint: 'SASL_SSL://[::1]:9092', kafka_ca_endpoint: caUrl };
  expect(bootstrapOf(tls)).toEqual({ servers: '[::1]:9092', protocol: 'SASL_SSL', caUrl });
});

it('of a cluster whose brokers are being made nothing is known', () => {
  expect(bootstrapOf({ kafka_bootstrap_endpoint: '' })).toBeNull();
});
