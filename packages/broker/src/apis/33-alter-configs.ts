import {
  type AlterConfigsRequest,
  type AlterConfigsResponse,
  alterConfigsApi,
} from '@weir/kafka-protocol/apis/33-alter-configs';
import { alterResources, type WantedChanges } from './alter-configs.ts';
import { listed, namesTwice } from './config-resources.ts';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';

/** AlterConfigs (KIP-133): whatever is not named gets back its default. IncrementalAlterConfigs took its place. */
export const alterConfigs: Handler<AlterConfigsRequest, AlterConfigsResponse> = {
  api: alterConfigsApi,
  advertised: { min: 0, max: 2 },
  handle,
};

async function handle(
  context: RequestContext,
  { resources, validateOnly }: AlterConfigsRequest,
): Promise<Reply<AlterConfigsResponse>> {
  const responses = await alterResources(context, resources, validateOnly, wantedOf);
  return reply({ throttleTimeMs: 0, responses });
}

function wantedOf({ configs }: AlterConfigsRequest['resources'][number]): WantedChanges {
  const twice = namesTwice(configs);
  if (twice !== null) return { error: 'INVALID_REQUEST', message: twice };
  const nulls = configs.filter(({ value }) => value === null).map(({ name }) => name);
  if (nulls.length > 0) {
    return { error: 'INVALID_REQUEST', message: `Null value not supported for : ${listed(nulls)}` };
  }
  return { changes: configs.map(({ name, value }) => ({ name, value })), replacesAll: true };
}
