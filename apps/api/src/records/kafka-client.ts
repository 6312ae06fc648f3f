import { Inject, Injectable } from '@nestjs/common';
import { Consumer, findErrorBy, GenericError, Producer } from '@platformatic/kafka';
import type { Logger } from '@weir/runtime/logger';
import type { Call } from '../http/call.ts';
import { Refused, unavailable } from '../http/refused.ts';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, notAuthorized, topicUnknown } from '../kafka/kafka-refusals.ts';
import { LOGGER, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { ActingCredentials } from './acting-credentials.ts';

const connectMsMax = 3_000;
const requestMsMax = 5_000;
/** Clients at a time in this process; each has connections of its own, which count against the cluster. */
const clientsMax = 32;

/** Opens a Kafka client in the name of the caller for one request, and closes it afterwards. */
@Injectable()
export class KafkaClient {
  #open = 0;

  constructor(
    @Inject(ActingCredentials) private readonly credentials: ActingCredentials,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  consume<T>(call: Call, open: OpenCluster, use: (consumer: Consumer) => Promise<T>): Promise<T> {
    return this.#with(call, open, (options) => new Consumer({ ...options, groupId: 'weir-rest' }), use);
  }

  produce<T>(call: Call, open: OpenCluster, use: (producer: Producer) => Promise<T>): Promise<T> {
    return this.#with(call, open, (options) => new Producer(options), use);
  }

  async #with<Client extends { close(force?: boolean): Promise<void> }, T>(
    call: Call,
    open: OpenCluster,
    create: (options: ReturnType<KafkaClient['optionsOf']>) => Client,
    use: (client: Client) => Promise<T>,
  ): Promise<T> {
    if (this.#open >= clientsMax) throw unavailable('Too many reads at once here. Try again in a second.');
    this.#open++;
    try {
      const client = create(this.optionsOf(await this.credentials.for(open, call.caller)));
      try {
        return await use(client);
      } catch (cause) {
        throw this.#refusalOf(cause, call);
      } finally {
        await client.close(true).catch((cause) => this.logger.warn({ err: cause }, 'kafka client'));
      }
    } finally {
      this.#open--;
    }
  }

  private optionsOf(credential: { keyId: string; secret: string }) {
    return {
      clientId: 'weir-rest',
      bootstrapBrokers: [this.settings.bootstrapEndpoint],
      sasl: { mechanism: 'PLAIN' as const, username: credential.keyId, password: credential.secret },
      autocreateTopics: false,
      connectTimeout: connectMsMax,
      timeout: requestMsMax,
      retries: 2,
      retryDelay: 100,
    };
  }

  #refusalOf(cause: unknown, call: Call): unknown {
    if (cause instanceof Refused || !(cause instanceof Error)) return cause;
    const is = (name: string) =>
      findErrorBy(cause instanceof GenericError ? cause : null, 'apiId', name) !== null;
    if (is('UNKNOWN_TOPIC_OR_PARTITION') || is('UNKNOWN_TOPIC_ID')) return topicUnknown();
    if (is('TOPIC_AUTHORIZATION_FAILED'))
      return notAuthorized('The cluster refused it. An ACL can grant it.');
    if (is('MESSAGE_TOO_LARGE'))
      return badKafkaRequest("The record is larger than the topic's max.message.bytes.");
    if (is('INVALID_RECORD'))
      return badKafkaRequest('The record is not valid for this topic: it may need a key.');
    this.logger.error({ err: cause, requestId: call.requestId }, 'the cluster did not answer as expected');
    return unavailable('The cluster did not answer. Try again in a few seconds.');
  }
}
