import type { Api } from '@weir/kafka-protocol/api';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { Moment } from '../coordinator/moment.ts';
import type { Outcome } from '../coordinator/outcome.ts';
import type { GroupCoordinatorShard } from '../group/shard.ts';
import type { Scope } from '../group/step.ts';
import { chargeGroupRecords, groupScope } from './group-scope.ts';
import { type Handler, isAllowed, reply } from './handler.ts';

interface GroupApi<Request extends { readonly groupId: string }, Response> {
  readonly api: Api<Request, Response, never, unknown>;
  readonly versionMax: number;
  /** Puts the request to the group's state machine. */
  readonly decide: (
    shard: GroupCoordinatorShard,
    now: Moment,
    token: number,
    scope: Scope,
    request: Request,
  ) => Outcome;
  /** The response that says no more than why there is none. */
  readonly refuse: (errorCode: number) => Response;
}

/** A request of a member about its own group: READ on the group allows it, the group's coordinator answers it. */
export function groupHandler<
  Request extends { readonly groupId: string },
  Response extends { readonly throttleTimeMs?: number },
>(shape: GroupApi<Request, Response>): Handler<Request, Response> {
  return {
    api: shape.api,
    advertised: { min: shape.api.versionMin, max: shape.versionMax },
    async handle(context, request) {
      if (!isAllowed(context, 'READ', 'GROUP', request.groupId)) {
        return reply(shape.refuse(errorCode('GROUP_AUTHORIZATION_FAILED')));
      }
      const scope = groupScope(context);
      const answer = await context.services.groups.run<Response>(
        scope.clusterId,
        request.groupId,
        (shard, now, token) => shape.decide(shard, now, token, scope, request),
      );
      if (!answer.ok) return reply(shape.refuse(errorCode(answer.error)));
      const throttleTimeMs = chargeGroupRecords(context, answer.bytesWritten);
      return reply({ ...answer.response, throttleTimeMs }, throttleTimeMs);
    },
  };
}
