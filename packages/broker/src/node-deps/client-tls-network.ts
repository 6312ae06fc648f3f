import { constants } from 'node:crypto';
import { createServer as createDoor, type Socket } from 'node:net';
import { createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import type { Clock, Log, Network, Transport } from '../deps.ts';
import { handshakeTimeoutMs } from '../limits.ts';
import { handshakeProblem } from './handshake-problem.ts';
import { Handshakes } from './handshakes.ts';
import { nodeNetwork } from './node-network.ts';
import { addressOf, listening, SocketTransport } from './socket-transport.ts';

/** What a listener shows clients. PEM. */
export type ServerIdentity = Required<Pick<SecureContextOptions, 'cert' | 'key'>>;

export interface ServerIdentitySource {
  /** As it is now. */
  readonly current: ServerIdentity;
  /** Told of each that takes its place. */
  onChange(call: (identity: ServerIdentity) => void): void;
}

export interface ClientTlsDeps {
  readonly clock: Clock;
  /** Strangers can cause lines as often as they like: one that is limited. */
  readonly log: Log;
}

const options = {
  minVersion: 'TLSv1.2',
  // What was agreed on holds for the connection: to agree again is work that anybody could ask for without an end.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
} as const;

/**
 * TCP with TLS for clients, who sign in inside of it. Connections outlast a change of the certificate; new ones are made
 * with the new one. What a handshake costs is bounded before any of it is read (`handshakes`).
 */
export function clientTlsNetwork(identities: ServerIdentitySource, deps: ClientTlsDeps): Network {
  return {
    async listen(host, port, accept) {
      const secured = createServer(
        { ...identities.current, ...options, handshakeTimeout: handshakeTimeoutMs },
        (socket) => accept(transportOf(socket)),
      );
      identities.onChange((identity) => secured.setSecureContext({ ...identity, ...options }));
      secured.on('tlsClientError', (cause: Error & { code?: string }, socket) => {
        const problem = handshakeProblem(cause.code);
        const from = addressOf(socket) || null;
        if (problem.isTold) deps.log.warn('handshake.failed', { from, what: problem.what });
        socket.destroy();
      });
      const door = createDoor({ noDelay: true, pauseOnConnect: true });
      const giveUp = admitInTurns(door, secured, deps);
      const listener = await listening(door, host, port);
      return {
        port: listener.port,
        close() {
          const closed = listener.close();
          giveUp();
          return closed;
        },
      };
    },
    connect: nodeNetwork.connect,
  };
}

/** Each connection is given to TLS when its turn has come. Returns what ends those that have not come through. */
function admitInTurns(
  door: ReturnType<typeof createDoor>,
  secured: ReturnType<typeof createServer>,
  { clock, log }: ClientTlsDeps,
): () => void {
  const handshakes = new Handshakes(clock);
  const comers = new Map<string, { readonly left: () => void; readonly end: () => void }>();
  const nameOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;
  door.on('connection', (socket: Socket) => {
    const remoteAddress = addressOf(socket);
    const name = nameOf(socket);
    const newcomer = {
      remoteAddress,
      begin: () => void secured.emit('connection', socket),
      displaced() {
        log.warn('handshake.displaced', { from: remoteAddress });
        socket.destroy();
      },
    };
    const left = () => {
      handshakes.left(newcomer);
      comers.delete(name);
    };
    comers.set(name, { left, end: () => socket.destroy() });
    socket.once('close', left);
    // Before TLS has it nobody else hears of its end.
    socket.on('error', () => socket.destroy());
    handshakes.arrived(newcomer);
  });
  secured.on('secureConnection', (socket) => comers.get(nameOf(socket))?.left());
  return () => {
    for (const { end } of [...comers.values()]) end();
  };
}

function transportOf(socket: TLSSocket): Transport {
  // The types do not tell it apart from a client's; false where the client has named nobody.
  const { servername } = socket as TLSSocket & { readonly servername?: string | false };
  const transport = new SocketTransport(addressOf(socket), (receive) => {
    // Nothing is read before somebody says that he takes it.
    socket.pause();
    socket.on('data', receive);
    return socket;
  });
  transport.serverName = servername || undefined;
  return transport;
}
