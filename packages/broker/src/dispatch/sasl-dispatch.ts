import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { RequestHeader } from '@weir/kafka-protocol/headers';
import { ProtocolError } from '@weir/kafka-protocol/protocol-error';
import type { Reader } from '@weir/kafka-protocol/reader';
import type { Writer } from '@weir/kafka-protocol/writer';
import { clientNameLengthMax } from '../client-limits.ts';
import type { Cell } from '../cluster/cell.ts';
import type { KeyUser } from '../metering/key-uses.ts';
import { type Metering, OwnPagesMeter, type UsageMeter } from '../metering/metering.ts';
import {
  type Authenticator,
  bearerMechanism,
  type Proven,
  refusal,
  type SaslStep,
  saslMechanisms,
} from '../security/authenticator.ts';
import type { BearerAuthenticator } from '../security/bearer-authenticator.ts';
import type { Answer } from './answer.ts';
import type { ClientState, SaslState } from './client-state.ts';

type Encode = (encode: (writer: Writer) => void, close: string | null) => Answer;

/** `put-off`: the secret was right, and the connection is to be made again. */
type Step = SaslStep | { readonly kind: 'put-off' };

const putOff: Answer = {
  buffers: [],
  frames: [],
  throttleMs: 0,
  close: 'the brokers are dividing the limit of connections',
};

/** SaslHandshake and SaslAuthenticate (KIP-43, KIP-152, KIP-368): turns a connection into one of a cluster and a principal. */
export class SaslDispatch {
  readonly #authenticator: Authenticator;
  readonly #cell: Cell;
  readonly #metering: Metering;
  /** Null: nobody's tokens are believed. */
  readonly #bearer: BearerAuthenticator | null;

  constructor(
    authenticator: Authenticator,
    cell: Cell,
    metering: Metering,
    bearer: BearerAuthenticator | null = null,
  ) {
    this.#authenticator = authenticator;
    this.#cell = cell;
    this.#metering = metering;
    this.#bearer = bearer;
  }

  async request(client: ClientState, header: RequestHeader, reader: Reader, encode: Encode): Promise<Answer> {
    return header.apiKey === saslHandshakeApi.key
      ? this.#handshake(client, header, reader, encode)
      : this.#authenticate(client, header, reader, encode);
  }

  #handshake(client: ClientState, header: RequestHeader, reader: Reader, encode: Encode): Answer {
    const version = supported(saslHandshakeApi, header.apiVersion);
    const { mechanism } = saslHandshakeApi.decodeRequest(reader, version);
    const offered = this.#bearer === null ? saslMechanisms : ([...saslMechanisms, bearerMechanism] as const);
    const known = offered.find((each) => each === mechanism);
    if (known !== undefined) client.sasl = { kind: 'mechanism', mechanism: known, raw: version === 0 };
    const error = known === undefined ? 'UNSUPPORTED_SASL_MECHANISM' : 'NONE';
    const body = { errorCode: errorCode(error), mechanisms: [...offered] };
    return encode(
      (writer) => saslHandshakeApi.encodeResponse(writer, version, body),
      known === undefined ? `SASL mechanism ${mechanism.slice(0, 32)} is not supported` : null,
    );
  }

  async #authenticate(
    client: ClientState,
    header: RequestHeader,
    reader: Reader,
    encode: Encode,
  ): Promise<Answer> {
    const version = supported(saslAuthenticateApi, header.apiVersion);
    const { authBytes } = saslAuthenticateApi.decodeRequest(reader, version);
    if (client.sasl.kind === 'none') {
      const body = {
        errorCode: errorCode('ILLEGAL_SASL_STATE'),
        errorMessage: 'SaslHandshake must come first.',
        authBytes: Buffer.alloc(0),
      };
      return encode(
        (writer) => saslAuthenticateApi.encodeResponse(writer, version, body),
        'no SASL handshake',
      );
    }
    const step = await this.#step(client, authBytes, header.clientId);
    if (step.kind === 'put-off') return putOff;
    if (step.kind === 'refused') {
      const body = {
        errorCode: errorCode('SASL_AUTHENTICATION_FAILED'),
        errorMessage: step.message,
        authBytes: Buffer.alloc(0),
      };
      return encode(
        (writer) => saslAuthenticateApi.encodeResponse(writer, version, body),
        'authentication failed',
      );
    }
    const { expiresAt } = client;
    const now = this.#cell.environment.deps.clock.now();
    const sessionLifetimeMs =
      step.kind === 'authenticated' && expiresAt !== null ? Math.max(expiresAt - now, 0) : 0;
    const body = { errorCode: 0, errorMessage: null, authBytes: step.bytes, sessionLifetimeMs };
    return encode((writer) => saslAuthenticateApi.encodeResponse(writer, version, body), null);
  }

  /** After a handshake of v0 tokens travel bare: a size and the bytes, both ways. */
  async rawToken(client: ClientState, token: Buffer): Promise<Answer> {
    // Bare tokens have no header, and so no client id.
    const step = await this.#step(client, token, null);
    if (step.kind === 'put-off') return putOff;
    if (step.kind === 'refused')
      return { buffers: [], frames: [], throttleMs: 0, close: 'authentication failed' };
    const size = Buffer.alloc(4);
    size.writeInt32BE(step.bytes.length);
    return { buffers: [size, step.bytes], frames: [], throttleMs: 0, close: null };
  }

  async #step(client: ClientState, token: Buffer, clientId: string | null): Promise<Step> {
    const { sasl } = client;
    if (sasl.kind === 'none') throw new Error('a SASL token without a mechanism');
    const step = await this.#next(client, sasl, token);
    if (step.kind === 'continue') {
      client.sasl = { kind: 'scram', scram: step.exchange, raw: sasl.raw };
      return step;
    }
    client.sasl = step.kind === 'challenge' ? { kind: 'challenged', raw: sasl.raw } : { kind: 'none' };
    if (step.kind !== 'authenticated') return step;
    const { clusterId } = client.door;
    if (clusterId !== null && clusterId !== step.credential.clusterId) return refusal;
    const admitted = await this.#admit(client, step);
    if (admitted.kind === 'authenticated') this.#use(client, step, clientId);
    return admitted;
  }

  #next(client: ClientState, sasl: Exclude<SaslState, { kind: 'none' }>, token: Buffer): Promise<SaslStep> {
    const { host, door } = client;
    if (sasl.kind === 'challenged') return Promise.resolve(refusal);
    if (sasl.kind === 'scram') return this.#authenticator.final(sasl.scram, token, host);
    if (sasl.mechanism !== bearerMechanism) return this.#authenticator.first(sasl.mechanism, token, host);
    if (this.#bearer === null) throw new Error('a mechanism that is not offered');
    return this.#bearer.first(token, door.clusterId);
  }

  async #admit(client: ClientState, step: Extract<SaslStep, { kind: 'authenticated' }>): Promise<Step> {
    const { credential } = step;
    const wanted = this.#cell.clusters.get(credential.clusterId);
    const isNew = client.identity === null;
    if (isNew && wanted?.admission('connectionsMax', wanted.connections.size) === 'soon')
      await this.#cell.sharing?.waitForConnection(wanted);
    // Checking a secret takes a while, in which the client may hang up and the key be revoked.
    if (client.hasEnded || !this.#isLive(step)) return refusal;
    const cluster = this.#cell.clusters.get(credential.clusterId);
    if (cluster === undefined) return { kind: 'refused', message: 'This cluster has been deleted.' };
    if (client.identity !== null) return this.#readmit(client, step);
    const admission = cluster.admission('connectionsMax', cluster.connections.size);
    // Clients take a refusal for good, and connect again where the connection just ends.
    if (admission === 'soon') return { kind: 'put-off' };
    if (admission === 'no') {
      cluster.reachedLimits.reached('connectionsMax');
      const message = `The cluster has its limit of ${cluster.record.limits.connectionsMax} connections (connectionsMax).`;
      return { kind: 'refused', message };
    }
    const { principal, keyId } = credential;
    const meter = this.#meterOf(credential);
    meter.connected();
    client.identity = { cluster, principal, keyId, meter };
    client.expiresAt = credential.expiresAt;
    this.#join(client, step);
    return step;
  }

  #isLive({ credential: { keyId, expiresAt }, secretNumber }: Proven): boolean {
    if (keyId !== null) return secretNumber !== null && this.#cell.isLiveSecret(keyId, secretNumber);
    return expiresAt !== null && expiresAt > this.#cell.environment.deps.clock.now();
  }

  /** KIP-368: who comes back on the same connection must be who it was. */
  #readmit(client: ClientState, step: Extract<SaslStep, { kind: 'authenticated' }>): SaslStep {
    const { identity } = client;
    const { credential } = step;
    if (identity?.principal !== credential.principal || identity.cluster.id !== credential.clusterId) {
      return { kind: 'refused', message: 'A connection cannot change its principal.' };
    }
    const { keyId } = credential;
    if ((keyId === null) !== (identity.keyId === null))
      return { kind: 'refused', message: 'A connection cannot change from a key to a token.' };
    if (keyId !== identity.keyId) {
      const meter = this.#meterOf(credential);
      meter.connected();
      identity.meter.disconnected();
      client.identity = { ...identity, keyId, meter };
    }
    client.expiresAt = credential.expiresAt;
    // It may have come back with another secret, or another key of the same owner: it ends with that one from now on.
    this.#join(client, step);
    return step;
  }

  /** The cloud's own pages act in somebody's name, by a key that is not that person's. */
  #meterOf({ clusterId, principal, keyId, isOfOwnPages }: Proven['credential']): UsageMeter {
    if (isOfOwnPages) return new OwnPagesMeter(this.#metering.client(clusterId, principal, ''));
    return this.#metering.client(clusterId, principal, keyId ?? '');
  }

  /** Makes the connection one of its cluster, by which it ends with its key or secret. */
  #join(client: ClientState, { credential: { keyId }, secretNumber }: Proven): void {
    const connections = client.identity?.cluster.connections;
    if (client.membership !== null) connections?.delete(client.membership);
    client.membership = { keyId, secretNumber, close: (reason) => client.close(reason) };
    connections?.add(client.membership);
  }

  /** The secret was used, by whom the client says it is. */
  #use(client: ClientState, { credential, secretNumber }: Proven, clientId: string | null): void {
    this.ended(client);
    const { keyId, clusterId } = credential;
    if (keyId === null || secretNumber === null) return;
    const by: KeyUser = {
      address: client.host,
      clientId: clientId?.slice(0, clientNameLengthMax) ?? null,
      softwareName: client.software?.name ?? null,
      softwareVersion: client.software?.version ?? null,
    };
    client.secretUse = { use: this.#metering.keyUses.begin({ keyId, secretNumber, clusterId }, by), by };
  }

  /** The connection is gone, or uses another secret. */
  ended(client: ClientState): void {
    if (client.secretUse !== null) this.#metering.keyUses.end(client.secretUse.use);
    client.secretUse = null;
  }
}

function supported(
  api: { readonly name: string; versionMin: number; versionMax: number },
  version: number,
): number {
  if (version >= api.versionMin && version <= api.versionMax) return version;
  throw new ProtocolError('UNSUPPORTED_VERSION', `${api.name} v${version} is not supported`);
}
