import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { recordOfEvent, trialEvent } from '@weir/audit-log/cloud-event';
import { writeBatch } from '@weir/kafka-client/write-batch';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { invalid, Refused } from '../http/refused.ts';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { CLOCK } from '../platform/tokens.ts';
import { KafkaClient } from '../records/kafka-client.ts';
import { produceMsMax } from '../records/limits.ts';

/** Where events are to go, and in whose name. */
interface Target {
  /** As the caller may enter it. */
  readonly open: OpenCluster;
  readonly topicName: string;
  readonly serviceAccountId: string;
  /** `User:<id>` of the account. */
  readonly principal: string;
}

/** Finds out whether the account may write to the topic, before anything is delivered there. */
@Injectable()
export class TryTopic {
  constructor(
    @Inject(KafkaClient) private readonly client: KafkaClient,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** By a first record, written as every event will be: so the cluster itself decides. */
  async write(call: Call, target: Target): Promise<void> {
    const { open, principal, topicName } = target;
    const now = this.clock.now();
    const event = trialEvent(randomUUID(), call.caller.organizationId, new Date(now));
    const place = { topic: topicName, partition: 0 };
    try {
      await this.client.run(call, { ...open, principal }, produceMsMax, ({ session }) =>
        writeBatch(session, place, [recordOfEvent(event, now)], produceMsMax),
      );
    } catch (cause) {
      // What the account may not see is answered as if there were no such topic; the caller has seen that there is.
      if (cause instanceof Refused && (cause.status === 403 || cause.status === 404))
        throw mayNotWrite(target);
      throw cause;
    }
  }

  /** Without a trace, by what roles and ACLs say. */
  async ask(target: Target): Promise<void> {
    const { open, principal, topicName } = target;
    const index = await open.view.authorizer(open.cluster.id);
    if (!index.allows(principal, '*', 'WRITE', 'TOPIC', topicName)) throw mayNotWrite(target);
  }
}

const mayNotWrite = ({ serviceAccountId, topicName }: Target): Refused =>
  invalid(
    `The service account ${serviceAccountId} may not write to the topic ${topicName}. Give it the role DeveloperWrite on it, or an ACL.`,
    '/spec/service_account/id',
  );
