import type { RequestContext } from './handler.ts';

/** What the group coordinator needs to know of who asks. */
export function groupScope(context: RequestContext) {
  return {
    clusterId: context.identity.cluster.id,
    clientId: context.clientId,
    clientHost: `/${context.host}`,
    apiVersion: context.apiVersion,
  };
}
