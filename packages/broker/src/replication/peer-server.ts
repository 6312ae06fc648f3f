import { errorCode } from '@weir/kafka-protocol/errors';
import type { BrokerLifeId } from '@weir/metadata-store/port';
import { peerHelloBytesMax, peerHelloMsMax, peerStrangersMax } from '../cell-limits.ts';
import type { Deps, Listener, Transport } from '../deps.ts';
import { requestBytesMax } from '../limits.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { CallSession, type TransactionAnswerer } from './call-session.ts';
import { FollowerSession } from './follower-session.ts';
import { Holders } from './holders.ts';
import { type Lane, laneOf } from './lanes.ts';
import { PeerLink, readRequest } from './peer-link.ts';
import { type HelloRequest, helloApi, peerFetchApi } from './peer-messages.ts';
import { isProof, nonceBytes, peerProof } from './peer-proof.ts';
import type { SessionDeps } from './serve-follower.ts';

export interface PeerServerDeps extends SessionDeps {
  readonly deps: Pick<Deps, 'clock' | 'log' | 'peerNetwork' | 'random'>;
  readonly secret: Buffer;
  readonly brokerId: number;
  readonly answerer: TransactionAnswerer;
}

/** What one life of a follower has connected: one connection a lane, the one that it made last. */
interface FollowerLife {
  readonly bootEpoch: number;
  readonly holders: Holders;
  readonly byLane: Map<Lane, PeerConnection>;
}

/**
 * Where the other brokers of the cell fetch. Whoever connects shows that he knows the cell's secret before anything
 * else is done for him, so that no client can pass for a replica (CVE-2018-1288).
 */
export class PeerServer {
  readonly #deps: PeerServerDeps;
  readonly #connections = new Set<PeerConnection>();
  /** By broker id, of the latest life that was met. */
  readonly #followers = new Map<number, FollowerLife>();
  #strangers = 0;
  #listener: Listener | null = null;

  constructor(deps: PeerServerDeps) {
    this.#deps = deps;
  }

  /** Resolves with the port, which is the system's to choose if 0 was asked for. */
  async listen(host: string, port: number): Promise<number> {
    this.#listener = await this.#deps.deps.peerNetwork.listen(host, port, (transport) =>
      this.#accept(transport),
    );
    return this.#listener.port;
  }

  #accept(transport: Transport): void {
    if (this.#strangers >= peerStrangersMax) {
      transport.destroy();
      return;
    }
    this.#strangers += 1;
    const connection = new PeerConnection(this.#deps, transport, {
      introduced: (follower, lane) => {
        const { holders } = this.#admit(connection, follower, lane);
        this.#strangers -= 1;
        return holders;
      },
      ended: (wasStranger) => {
        this.#connections.delete(connection);
        if (wasStranger) this.#strangers -= 1;
      },
    });
    this.#connections.add(connection);
  }

  /** In the place of the one that the follower had for this lane before, whose end may be heard of late. */
  #admit(connection: PeerConnection, { brokerId, bootEpoch }: BrokerLifeId, lane: Lane): FollowerLife {
    let life = this.#followers.get(brokerId);
    if (life !== undefined && life.bootEpoch > bootEpoch)
      throw new Error(`broker ${brokerId} is in life ${life.bootEpoch}, and this is of life ${bootEpoch}`);
    if (life?.bootEpoch !== bootEpoch) {
      for (const former of life?.byLane.values() ?? []) former.close();
      life = { bootEpoch, holders: new Holders(), byLane: new Map() };
      this.#followers.set(brokerId, life);
    }
    life.byLane.get(lane)?.close();
    life.byLane.set(lane, connection);
    return life;
  }

  async close(): Promise<void> {
    const closed = this.#listener?.close();
    for (const connection of this.#connections) connection.close();
    await closed;
  }
}

/** A follower's connection. */
class PeerConnection {
  readonly #deps: PeerServerDeps;
  readonly #link: PeerLink;
  readonly #introduced: (follower: BrokerLifeId, lane: Lane) => Holders;
  /** What the first Hello was answered with; null before. */
  #nonce: Buffer | null = null;
  #session: FollowerSession | CallSession | null = null;
  /** Answers leave in the order of their requests. */
  #lastAnswer: Promise<void> = Promise.resolve();

  constructor(
    deps: PeerServerDeps,
    transport: Transport,
    on: { introduced(follower: BrokerLifeId, lane: Lane): Holders; ended(wasStranger: boolean): void },
  ) {
    this.#deps = deps;
    this.#introduced = on.introduced;
    const { clock, log } = deps.deps;
    const patience = clock.after(peerHelloMsMax, () => {
      if (this.#session === null) this.#link.close();
    });
    const bytesMax = () => (this.#session === null ? peerHelloBytesMax : requestBytesMax);
    this.#link = new PeerLink(transport, deps.pool, bytesMax, {
      frame: (frame) => this.#take(frame),
      closed: (cause) => {
        patience.cancel();
        this.#session?.close();
        on.ended(this.#session === null);
        if (cause !== null) log.warn('peer.connection.failed', { from: transport.remoteAddress }, cause);
      },
    });
  }

  close(): void {
    this.#link.close();
  }

  #take(frame: Frame): void {
    const { apiKey, correlationId, reader } = readRequest(frame);
    const session = this.#session;
    if (session === null) {
      if (apiKey !== helloApi.key) throw new Error(`request ${apiKey} before an introduction`);
      this.#hello(correlationId, helloApi.decodeRequest(reader, 0));
      return;
    }
    if (session instanceof CallSession) {
      session.take(apiKey, correlationId, reader).catch((cause: unknown) => {
        const { log } = this.#deps.deps;
        log.error('peer.call.failed', { apiKey }, cause);
        this.#link.close();
      });
      return;
    }
    if (apiKey !== peerFetchApi.key) throw new Error(`unknown request ${apiKey}`);
    const answer = session.fetch(peerFetchApi.decodeRequest(reader, 0));
    this.#lastAnswer = this.#lastAnswer.then(async () => {
      const { body, frames } = await answer;
      this.#link.respond(peerFetchApi, correlationId, body, frames);
    });
  }

  #hello(correlationId: number, hello: HelloRequest): void {
    const { secret, brokerId } = this.#deps;
    if (hello.toBrokerId !== brokerId) {
      const errorMessage = `this is broker ${brokerId}, not ${hello.toBrokerId}`;
      this.#answerHello(correlationId, { errorCode: errorCode('BROKER_ID_NOT_REGISTERED'), errorMessage });
      return;
    }
    const listenerNonce = this.#nonce ?? this.#deps.deps.random.bytes(nonceBytes);
    const said = { ...hello, callerNonce: hello.nonce, listenerNonce };
    if (this.#nonce === null) {
      this.#nonce = listenerNonce;
      const proof = peerProof(secret, 'listener', said);
      this.#answerHello(correlationId, { errorCode: 0, nonce: listenerNonce, proof });
      return;
    }
    if (!isProof(hello.proof, peerProof(secret, 'caller', said))) {
      const errorMessage = 'the proof is not that of this cell: do both brokers use the same metadata store?';
      this.#answerHello(correlationId, { errorCode: errorCode('SASL_AUTHENTICATION_FAILED'), errorMessage });
      throw new Error(`a caller that says it is broker ${hello.brokerId} does not know the cell's secret`);
    }
    this.#begin({ brokerId: hello.brokerId, bootEpoch: hello.bootEpoch }, laneOf(hello.lane));
    this.#answerHello(correlationId, { errorCode: 0 });
  }

  #begin(follower: BrokerLifeId, lane: Lane): void {
    const holders = this.#introduced(follower, lane);
    if (lane === 'calls') {
      this.#session = new CallSession(this.#link, this.#deps.answerer);
      return;
    }
    this.#session = new FollowerSession(this.#deps, { follower, lane, holders });
    this.#deps.deps.log.info('peer.follows', { ...follower, lane });
  }

  #answerHello(
    correlationId: number,
    answer: { errorCode: number; errorMessage?: string; nonce?: Buffer; proof?: Buffer },
  ): void {
    const empty = Buffer.alloc(0);
    this.#link.respond(helloApi, correlationId, { nonce: empty, proof: empty, ...answer });
  }
}
