import { connect, createServer, type Socket } from 'node:net';

/** `pass`: as if it were not there. `reset`: connections break. `swallow`: a produce arrives, its answer does not. */
export type WireMode = 'pass' | 'reset' | 'swallow';

export interface Wire {
  mode: WireMode;
  /** Breaks every connection there is, as a killed peer does. */
  resetAll(): void;
  close(): Promise<void>;
}

const produceKey = 0;
const apiKeyAt = 4;

/** A stretch of network between a client and a broker, which can fail. */
export const startWire = async (listenPort: number, brokerPort: number): Promise<Wire> => {
  const clients = new Set<Socket>();
  const wire: Wire = {
    mode: 'pass',
    resetAll: () => {
      for (const client of clients) client.resetAndDestroy();
    },
    close: () => {
      wire.resetAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
    if (wire.mode === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const broker = connect(brokerPort, '127.0.0.1');
    let isDeaf = false;
    broker.on('error', () => client.resetAndDestroy()).on('close', () => client.destroy());
    client.on('close', () => broker.end());
    client.on('data', (chunk: Buffer) => {
      isDeaf ||= wire.mode === 'swallow' && chunk.length > 6 && chunk.readInt16BE(apiKeyAt) === produceKey;
      broker.write(chunk);
    });
    broker.on('data', (chunk) => {
      if (!isDeaf) client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(listenPort, '127.0.0.1', resolve));
  return wire;
};
