import type { Socket } from 'node:net';
import { connect, createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { peerHelloMsMax, peerStrangersMax } from '../cell-limits.ts';
import type { Network } from '../deps.ts';
import { addressOf, connectMsMax, listening, SocketTransport } from './socket-transport.ts';

/** What one end shows, and by whose word it believes the other. PEM. */
export type TlsIdentity = Required<Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>>;

export interface TlsIdentitySource {
  /** As it is now. */
  readonly current: TlsIdentity;
  /** Told of each that takes its place. */
  onChange(call: (identity: TlsIdentity) => void): void;
}

/** One version, which all brokers speak: there is nothing to be talked down to. (RFC 8446) */
const version = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

/**
 * TCP with TLS in which both ends show a certificate of the same authority, and the one that listens one for the name
 * or address that was connected to. Connections outlast a change of certificates; new ones are made with the new ones.
 */
export function mutualTlsNetwork(identities: TlsIdentitySource): Network {
  return {
    listen(host, port, accept) {
      const options = { ...identities.current, ...version, requestCert: true, rejectUnauthorized: true };
      const server = createServer({ ...options, handshakeTimeout: peerHelloMsMax, noDelay: true }, (socket) =>
        accept(transportOf(addressOf(socket), socket)),
      );
      identities.onChange((identity) => server.setSecureContext({ ...identity, ...version }));
      boundHandshakes(server);
      return listening(server, host, port);
    },
    connect(host, port) {
      return new Promise((resolve, reject) => {
        const socket = connect({ ...identities.current, ...version, host, port, timeout: connectMsMax });
        socket.setNoDelay();
        socket.once('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer`)));
        socket.once('error', reject);
        socket.once('secureConnect', () => {
          socket.removeListener('error', reject);
          socket.setTimeout(0);
          resolve(transportOf(host, socket));
        });
      });
    },
  };
}

/** A handshake costs more than a connection: so many are under way at once, whoever they are. */
function boundHandshakes(server: ReturnType<typeof createServer>): void {
  const underWay = new Set<string>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  server.on('connection', (socket: Socket) => {
    if (underWay.size >= peerStrangersMax) {
      socket.destroy();
      return;
    }
    const name = nameOf(socket);
    underWay.add(name);
    socket.once('close', () => underWay.delete(name));
  });
  server.on('secureConnection', (socket) => underWay.delete(nameOf(socket)));
}

function transportOf(remoteAddress: string, socket: TLSSocket): SocketTransport {
  return new SocketTransport(remoteAddress, (receive) => {
    // Nothing is read before somebody says that he takes it.
    socket.pause();
    socket.on('data', receive);
    return socket;
  });
}
