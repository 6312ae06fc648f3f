import { ActingCredentials } from '@weir/kafka-client/acting-credentials';
import { systemClock } from '@weir/runtime/clock';
import { createLogger } from '@weir/runtime/logger';
import type { BrokerRoute } from '../deps.ts';

export const brokersAt = (bootstrapEndpoint: string, clock = systemClock): BrokerRoute => ({
  credentials: new ActingCredentials(clock, createLogger('worker', 'silent')),
  bootstrapEndpoint,
  brokerAccess: { isTls: false, ca: null, domain: null },
});

/** Where a test is about no cluster's brokers: nobody listens on that port. */
export const noBrokers = brokersAt('127.0.0.1:1');
