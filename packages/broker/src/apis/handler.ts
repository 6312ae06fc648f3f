import type { Api } from '@weir/kafka-protocol/api';
import type { AclOperation, AclResourceType } from '@weir/metadata-store/model';
import type { Cell } from '../cluster/cell.ts';
import type { Door } from '../cluster/door.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import type { Groups } from '../coordinator/groups.ts';
import type { Transactions } from '../coordinator/transactions.ts';
import type { Deps } from '../deps.ts';
import type { FairQueue } from '../memory/fair-queue.ts';
import type { Frame } from '../memory/frame-pool.ts';
import type { UsageMeter } from '../metering/metering.ts';
import type { WrittenTerms } from '../metering/written-terms.ts';
import type { ProducerIds } from '../partition/producer-ids.ts';
import type { Pace } from '../schedule/pace.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** What the handlers of one broker share. */
export interface Services {
  readonly deps: Deps;
  readonly brokerId: number;
  readonly cell: Cell;
  readonly groups: Groups;
  readonly transactions: Transactions;
  readonly producerIds: ProducerIds;
  readonly scheduler: Scheduler;
  readonly written: WrittenTerms;
  /** Changes of topics in the cell's store: few at once, one cluster after the other. */
  readonly storeTurns: FairQueue;
}

/** Who a connection is, once it has said so: one cluster and one principal, and nothing else exists for it. */
export interface Identity {
  readonly cluster: LogicalCluster;
  readonly principal: string;
  /** null: it came without one. */
  readonly keyId: string | null;
  readonly meter: UsageMeter;
}

export interface RequestContext {
  readonly services: Services;
  readonly identity: Identity;
  readonly apiVersion: number;
  readonly clientId: string;
  readonly host: string;
  /** By which the connection came in: what is told of brokers is told as they are reached by it. */
  readonly door: Door;
  /** Holds the request's bytes. Retain it to keep a view past the answer. */
  readonly frame: Frame;
  /** Divides the request's work into turns: loops over what the client sent count their steps with it. */
  readonly pace: Pace;
  /** Whether nobody is there any more to be answered: what asks others for each of many names stops then. */
  isGone(): boolean;
  /** Calls back when the connection ends; returns what takes that back. */
  onConnectionEnd(ended: () => void): () => void;
}

/**
 * What is sent back. `frames` hold bytes of the body and are released when it was sent. `taken` is called once the
 * kernel has all of it: what could not be sent was not served.
 */
export interface Reply<Response> {
  /** Null: the client asked for no answer. */
  readonly body: Response | null;
  readonly frames: readonly Frame[];
  /** How long the connection is muted after the answer (KIP-219), milliseconds. */
  readonly throttleMs: number;
  /** Close the connection instead of, or after, answering. */
  readonly close: boolean;
  readonly taken?: () => void;
}

/** The order of the request's effects is fixed when `ordered` resolves (null: it is already); the next request need not wait for `reply`. */
export interface Pipelined<Response> {
  readonly ordered: Promise<void> | null;
  readonly reply: Promise<Reply<Response>>;
}

/** Takes a partition that a request names, by name or, where that is not the zero id, by id; true: enough. */
export type SeePartition = (name: string, topicId: string, partition: number) => boolean;

export interface Handler<Request = never, Response = unknown> {
  readonly api: Api<Request, Response, never, unknown>;
  /** What ApiVersions says: may be wider than what is answered (KAFKA-18659) and narrower than the codec. */
  readonly advertised: { readonly min: number; readonly max: number };
  /** Shows the partitions that the request names, for a broker that may not have heard of them yet. */
  names?(request: Request, see: SeePartition): void;
  handle(
    context: RequestContext,
    request: Request,
  ): Reply<Response> | Promise<Reply<Response>> | Pipelined<Response>;
}

export function reply<Response>(body: Response, throttleMs = 0): Reply<Response> {
  return { body, frames: noFrames, throttleMs, close: false };
}

const noFrames: readonly Frame[] = [];

export function isAllowed(
  context: RequestContext,
  operation: AclOperation,
  type: AclResourceType,
  name: string,
): boolean {
  const { identity, host } = context;
  return identity.cluster.authorizer.allows(identity.principal, host, operation, type, name);
}

/** The one name that a cluster has as an ACL resource. */
export const clusterResource = 'kafka-cluster';
