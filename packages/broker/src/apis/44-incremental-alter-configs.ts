import {
  type IncrementalAlterConfigsRequest,
  type IncrementalAlterConfigsResponse,
  incrementalAlterConfigsApi,
} from '@weir/kafka-protocol/apis/44-incremental-alter-configs';
import type { ConfigChange } from '@weir/metadata-store/config-changes';
import { topicConfigs } from '@weir/metadata-store/topic-configs';
import { alterResources, type WantedChanges } from './alter-configs.ts';
import { listed, namesTwice } from './config-resources.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';

/** IncrementalAlterConfigs (KIP-339): settings that are not named stay as they are. */
export const incrementalAlterConfigs: Handler<
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse
> = {
  api: incrementalAlterConfigsApi,
  advertised: { min: 0, max: 1 },
  handle,
};

/** AlterConfigOp.OpType codes of org.apache.kafka.clients.admin. */
const operations: ReadonlyMap<number, 'SET' | 'DELETE' | 'APPEND' | 'SUBTRACT'> = new Map([
  [0, 'SET'],
  [1, 'DELETE'],
  [2, 'APPEND'],
  [3, 'SUBTRACT'],
]);

async function handle(
  context: RequestContext,
  { resources, validateOnly }: IncrementalAlterConfigsRequest,
): Promise<Reply<IncrementalAlterConfigsResponse>> {
  const responses = await alterResources(context, resources, validateOnly, wantedOf);
  return reply({ throttleTimeMs: 0, responses });
}

function wantedOf({ configs }: IncrementalAlterConfigsRequest['resources'][number]): WantedChanges {
  const twice = namesTwice(configs);
  if (twice !== null) return { error: 'INVALID_REQUEST', message: twice };
  const changes: ConfigChange[] = [];
  const nulls: string[] = [];
  for (const { name, configOperation, value } of configs) {
    const operation = operations.get(configOperation);
    switch (operation) {
      case undefined:
        return { error: 'INVALID_REQUEST', message: `Unknown operation type ${configOperation}` };
      case 'DELETE':
        // To give back its default to what has none is no mistake, whatever it is called.
        if (topicConfigs.has(name)) changes.push({ name, value: null });
        break;
      default:
        if (value === null) nulls.push(name);
        else if (operation === 'SET') changes.push({ name, value });
        else changes.push({ name, value, operation });
    }
  }
  if (nulls.length > 0) {
    return { error: 'INVALID_REQUEST', message: `Null value not supported for : ${listed(nulls)}` };
  }
  return { changes, replacesAll: false };
}
