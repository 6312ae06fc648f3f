import { expect, test } from 'vitest';
import { peerListener } from './peer-listener.ts';

const local = { listenHost: '127.0.0.1', advertisedHost: 'localhost', port: 9092, peerPort: 19_092 };

test('a broker without a port for others takes no followers', () => {
  expect(peerListener({ ...local, peerPort: 0 })).toBeNull();
});

test('others are told the address that is listened on, not a name for it', () => {
  expect(peerListener(local)).toEqual({
    listenHost: '127.0.0.1',
    listenPort: 19_092,
    advertisedHost: '127.0.0.1',
  });
});

test('where every address is listened on, others are told what clients are told', () => {
  const everywhere = { ...local, listenHost: '0.0.0.0', advertisedHost: 'b1.example.com' };
  expect(peerListener(everywhere)?.advertisedHost).toBe('b1.example.com');
});

test('clients and brokers do not get one port', () => {
  expect(() => peerListener({ ...local, peerPort: 9092 })).toThrow(
    'WEIR_BROKER_PORT and WEIR_BROKER_PEER_PORT are both 9092',
  );
});
