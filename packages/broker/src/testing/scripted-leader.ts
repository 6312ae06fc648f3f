import type { Transport } from '../deps.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import { type Lane, laneOf } from '../replication/lanes.ts';
import { PeerLink, readRequest } from '../replication/peer-link.ts';
import {
  helloApi,
  type PeerFetchRequest,
  type PeerFetchResponse,
  peerFetchApi,
} from '../replication/peer-messages.ts';
import { nonceBytes, peerProof } from '../replication/peer-proof.ts';

/** A follower's connection to it, and what was asked on it and is not answered yet. */
export interface ScriptedConnection {
  readonly lane: Lane;
  readonly asked: PeerFetchRequest[];
  isClosed: boolean;
  answer(body: PeerFetchResponse): void;
}

/** A leader that lets a follower in and says what a test has it say. */
export class ScriptedLeader {
  readonly connections: ScriptedConnection[] = [];
  readonly #pool: FramePool;
  readonly #secret: Buffer;

  constructor(pool: FramePool, secret: Buffer) {
    this.#pool = pool;
    this.#secret = secret;
  }

  /** The connection that was made last for the lane. */
  on(lane: Lane): ScriptedConnection {
    const connection = this.connections.findLast((each) => each.lane === lane);
    if (connection === undefined) throw new Error(`there is no connection for ${lane}`);
    return connection;
  }

  accept(transport: Transport): void {
    const state: { connection: ScriptedConnection | null } = { connection: null };
    const ids: number[] = [];
    const link = new PeerLink(transport, this.#pool, () => 1 << 27, {
      frame: (frame) => {
        const { apiKey, correlationId, reader } = readRequest(frame);
        if (apiKey === helloApi.key) {
          const hello = helloApi.decodeRequest(reader, 0);
          const listenerNonce = Buffer.alloc(nonceBytes, 7);
          const said = { ...hello, callerNonce: Buffer.from(hello.nonce), listenerNonce };
          const proof = peerProof(this.#secret, 'listener', said);
          link.respond(helloApi, correlationId, { errorCode: 0, nonce: listenerNonce, proof });
          if (hello.proof.length > 0) state.connection = this.#begin(laneOf(hello.lane), link, ids);
          return;
        }
        ids.push(correlationId);
        state.connection?.asked.push(peerFetchApi.decodeRequest(reader, 0));
      },
      closed: () => {
        if (state.connection !== null) state.connection.isClosed = true;
      },
    });
  }

  #begin(lane: Lane, link: PeerLink, ids: number[]): ScriptedConnection {
    const asked: PeerFetchRequest[] = [];
    const answer = (body: PeerFetchResponse) => {
      const id = ids.shift();
      if (id === undefined) throw new Error(`nothing is asked on ${lane}`);
      asked.shift();
      link.respond(peerFetchApi, id, body);
    };
    const connection = { lane, asked, isClosed: false, answer };
    this.connections.push(connection);
    return connection;
  }
}
