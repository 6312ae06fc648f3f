import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ActingCredentials, ClusterNotInCell } from '@weir/kafka-client/acting-credentials';
import { bootstrapOf, placeAt } from '@weir/kafka-client/bootstrap';
import { ConnectionLost, KafkaRefusal } from '@weir/kafka-client/connection';
import { KafkaSession } from '@weir/kafka-client/session';
import { isRetriable } from '@weir/kafka-protocol/errors';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import type { Call } from '../http/call.ts';
import { Refused, tooMany, unavailable } from '../http/refused.ts';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, clusterNotReady, notAuthorized, topicUnknown } from '../kafka/kafka-refusals.ts';
import { CLOCK, LOGGER, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import {
  clientsMax,
  clientsPerOrganizationMax,
  patienceMsMax,
  retryPauseMs,
  retryPauseMsMax,
} from './limits.ts';

export interface Attempt {
  readonly session: KafkaSession;
  /** Ends when the time for the whole request is over. */
  readonly signal: AbortSignal;
}

/** Opens a Kafka client in the name of the caller for one request, and closes it afterwards. */
@Injectable()
export class KafkaClient implements OnApplicationShutdown {
  readonly #openBy = new Map<string, number>();
  readonly #settings: ApiSettings;
  readonly #credentials: ActingCredentials;
  /** By where clients of a cluster begin: which of its brokers to begin with. It has answered last, or its turn has come. */
  readonly #turns = new Map<string, number>();
  #open = 0;

  constructor(
    @Inject(SETTINGS) settings: ApiSettings,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#settings = settings;
    this.#credentials = new ActingCredentials(clock, logger);
  }

  onApplicationShutdown(): Promise<void> {
    return this.#credentials.close();
  }

  /**
   * Runs `use` with a session of its own, and again with a new one where a connection broke or a broker asked
   * for patience, as long as another broker may need to take over: it must be harmless to repeat. Rejects with a
   * Refused, within `msMax` and a moment.
   */
  async run<T>(
    call: Call,
    open: OpenCluster,
    msMax: number,
    use: (attempt: Attempt) => Promise<T>,
  ): Promise<T> {
    const leave = this.#enter(call.caller.organizationId);
    const signal = AbortSignal.timeout(msMax);
    const patientUntilMs = performance.now() + Math.min(patienceMsMax, msMax);
    const endpoint = bootstrapOf(open.cluster, this.#settings);
    try {
      const { cluster, principal, store } = open;
      const isOwnPage = call.caller.via === 'session';
      const credential = await this.#credentials.for({ clusterId: cluster.id, store, principal, isOwnPage });
      for (let attempt = 1; ; attempt++) {
        const first = this.#turns.get(endpoint) ?? 0;
        const session = new KafkaSession(
          placeAt(endpoint, first, this.#settings.brokerAccess),
          credential,
          signal,
        );
        try {
          return await use({ session, signal });
        } catch (cause) {
          const pauseMs = Math.min(retryPauseMs * attempt, retryPauseMsMax);
          const isLate = signal.aborted || performance.now() + pauseMs > patientUntilMs;
          if (isLate || !worthRepeating(cause)) throw cause;
          // Unless another request has found that out already.
          if (cause instanceof ConnectionLost && (this.#turns.get(endpoint) ?? 0) === first)
            this.#turns.set(endpoint, first + 1);
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        } finally {
          await session.close();
        }
      }
    } catch (cause) {
      throw this.#refusalOf(cause, call);
    } finally {
      leave();
    }
  }

  /** Refuses who has too many of them already, and everybody while there are too many in all. */
  #enter(organizationId: string): () => void {
    const own = this.#openBy.get(organizationId) ?? 0;
    if (own >= clientsPerOrganizationMax) {
      throw tooMany(
        `At most ${clientsPerOrganizationMax} reads and writes of records at a time. Wait for one.`,
      );
    }
    if (this.#open >= clientsMax) throw unavailable('Too many reads at once here. Try again in a second.');
    this.#open++;
    this.#openBy.set(organizationId, own + 1);
    return () => {
      this.#open--;
      const left = (this.#openBy.get(organizationId) ?? 1) - 1;
      if (left === 0) this.#openBy.delete(organizationId);
      else this.#openBy.set(organizationId, left);
    };
  }

  #refusalOf(cause: unknown, call: Call): unknown {
    if (cause instanceof Refused) return cause;
    if (cause instanceof ClusterNotInCell) return clusterNotReady();
    if (cause instanceof KafkaRefusal) {
      const known = refusals[cause.error]?.();
      if (known) return known;
    }
    if (!(cause instanceof KafkaRefusal) && !(cause instanceof ConnectionLost)) return cause;
    this.logger.error({ err: cause, requestId: call.requestId }, 'the cluster did not answer as expected');
    return unavailable('The cluster did not answer. Try again in a few seconds.');
  }
}

const worthRepeating = (cause: unknown): boolean =>
  cause instanceof ConnectionLost ||
  (cause instanceof KafkaRefusal && isRetriable(cause.error) && refusals[cause.error] === undefined);

/** What the caller can do something about. Everything else is the cluster's affair. */
const refusals: Readonly<Record<string, (() => Refused) | undefined>> = {
  UNKNOWN_TOPIC_OR_PARTITION: topicUnknown,
  UNKNOWN_TOPIC_ID: topicUnknown,
  TOPIC_AUTHORIZATION_FAILED: () => notAuthorized('The cluster refused it. A role or an ACL can allow it.'),
  GROUP_AUTHORIZATION_FAILED: () => notAuthorized('The cluster refused it. A role or an ACL can allow it.'),
  MESSAGE_TOO_LARGE: () => badKafkaRequest("The record is larger than the topic's max.message.bytes."),
  RECORD_LIST_TOO_LARGE: () => badKafkaRequest("The record is larger than the topic's max.message.bytes."),
  INVALID_RECORD: () => badKafkaRequest('The record is not valid for this topic: it may need a key.'),
  INVALID_TIMESTAMP: () =>
    badKafkaRequest("The timestamp is further from the present than the topic's message.timestamp.*.max.ms."),
  POLICY_VIOLATION: () => badKafkaRequest('The cluster has reached a limit: it stores all that it may.'),
};
