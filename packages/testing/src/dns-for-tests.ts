import { createSocket } from 'node:dgram';
import { type Answer, decode, encode } from 'dns-packet';

export interface TestDns {
  /** `address:port`, as resolvers take it. */
  readonly address: string;
  /** TXT records by name; what is not there does not exist. Changed at will. */
  readonly records: Map<string, readonly string[]>;
  /** IPv4 addresses by name. */
  readonly addresses: Map<string, readonly string[]>;
  /** Answers that it failed, while true. */
  fails: boolean;
  stop(): Promise<void>;
}

const noSuchName = 3;
const serverFailure = 2;

/** A DNS server on the loopback that knows what a test tells it. */
export const startTestDns = async (port = 0): Promise<TestDns> => {
  const socket = createSocket('udp4');
  const dns: TestDns = {
    address: '',
    records: new Map(),
    addresses: new Map(),
    fails: false,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, from) => {
    const { id, questions = [] } = decode(message);
    const found = questions.flatMap(({ name, type }): Answer[] => {
      const key = name.toLowerCase();
      if (type === 'A') {
        return (dns.addresses.get(key) ?? []).map((data) => ({ type: 'A', name, ttl: 0, data }));
      }
      if (type !== 'TXT') return [];
      return (dns.records.get(key) ?? []).map((data) => ({ type: 'TXT', name, ttl: 0, data }));
    });
    const failure = found.length === 0 ? noSuchName : 0;
    const flags = dns.fails ? serverFailure : failure;
    const answers = dns.fails ? [] : found;
    socket.send(
      encode({ type: 'response', id: id ?? 0, flags, questions, answers }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  return Object.assign(dns, { address: `127.0.0.1:${socket.address().port}` });
};
