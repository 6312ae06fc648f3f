import { expect, test } from 'vitest';
import { brokerDoorEnv, brokerDoors } from './broker-doors.ts';
import { parseEnv } from './env.ts';

const doorsOf = (env: Readonly<Record<string, string>>) => brokerDoors(parseEnv(brokerDoorEnv, env));

test('on loopback there is TLS where it is asked for, elsewhere unless somebody says that there need be none', () => {
  expect(doorsOf({})).toEqual({ tls: { kind: 'none' }, domain: null });
  expect(doorsOf({ WEIR_BROKER_TLS: '1' }).tls).toEqual({ kind: 'local' });
  for (const host of ['0.0.0.0', '::', '10.0.0.7', '127.example.com'])
    expect(doorsOf({ WEIR_BROKER_LISTEN_HOST: host }).tls).toEqual({ kind: 'local' });
  expect(doorsOf({ WEIR_BROKER_LISTEN_HOST: '0.0.0.0', WEIR_BROKER_PLAIN: '1' }).tls).toEqual({
    kind: 'none',
  });
});

test('files of the operator go before an authority of the installation', () => {
  const files = { WEIR_BROKER_TLS_CERT: '/tls/cert.pem', WEIR_BROKER_TLS_KEY: '/tls/key.pem' };
  expect(doorsOf(files).tls).toEqual({ kind: 'files', cert: '/tls/cert.pem', key: '/tls/key.pem' });
  expect(doorsOf({ ...files, WEIR_BROKER_TLS: '1', WEIR_BROKER_LISTEN_HOST: '::' }).tls.kind).toBe('files');
  expect(() => doorsOf({ WEIR_BROKER_TLS_CERT: '/tls/cert.pem' })).toThrow('WEIR_BROKER_TLS_KEY is missing');
});

test('what contradicts itself stops the start with a sentence', () => {
  expect(() => doorsOf({ WEIR_BROKER_TLS: '1', WEIR_BROKER_PLAIN: '1' })).toThrow('leave one of them out');
  expect(() => doorsOf({ WEIR_BROKER_DOMAIN: 'kafka.example.com' })).toThrow('set WEIR_BROKER_TLS=1');
  for (const bad of ['localhost', 'kafka..example', '-a.b', 'a b.c', '*.example.com'])
    expect(() => doorsOf({ WEIR_BROKER_TLS: '1', WEIR_BROKER_DOMAIN: bad })).toThrow(
      'must be a domain such as',
    );
});

test('clusters have names under a domain, in small letters', () => {
  const env = { WEIR_BROKER_TLS: '1', WEIR_BROKER_DOMAIN: 'Kafka.Example.com' };
  expect(doorsOf(env).domain).toBe('kafka.example.com');
});
