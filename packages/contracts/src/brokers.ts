import { z } from 'zod';
import { ClusterId } from './ids.ts';
import { defineOperation } from './operation.ts';

export const BrokerState = z
  .enum(['STARTING', 'RUNNING', 'RESTARTING', 'LEAVING', 'AWAY'])
  .describe(
    'STARTING: it was asked for and is not there yet. RESTARTING: it is started anew, as with an upgrade. LEAVING: what it holds moves to others, then it ends. AWAY: it does not answer, and others serve in its place where they hold the same.',
  );
export type BrokerState = z.infer<typeof BrokerState>;

export const Broker = z
  .object({
    broker_id: z.int(),
    state: BrokerState,
    rack: z.string().nullable().describe('Its zone; null while it has not told one.'),
    version: z.string().nullable().describe('Of the program that it runs; null: it has not told.'),
    leaders: z.int().nonnegative().describe('Partitions of the cluster that it leads.'),
    replicas: z.int().nonnegative().describe('Partitions of the cluster that it holds.'),
    in_sync: z.int().nonnegative().describe('Of those, in how many it is in sync.'),
    stored_bytes: z
      .int()
      .nonnegative()
      .nullable()
      .describe('What it stores of the cluster; null: it does not say, or not to you.'),
  })
  .meta({ id: 'Broker' });
export type Broker = z.infer<typeof Broker>;

export const listBrokers = defineOperation({
  tag: 'Clusters',
  access: 'cloud',
  errors: 'cloud',
  id: 'listBrokers',
  method: 'GET',
  path: '/cmk/v2/clusters/{id}/brokers',
  summary:
    'The brokers of a Dedicated cluster, by id. Other clusters have none of their own: the list is empty.',
  params: z.object({ id: ClusterId }),
  status: 200,
  response: z
    .object({ api_version: z.literal('cmk/v2'), kind: z.literal('BrokerList'), data: z.array(Broker) })
    .meta({ id: 'BrokerList' }),
});
