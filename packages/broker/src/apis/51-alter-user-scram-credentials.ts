import {
  type AlterUserScramCredentialsRequest,
  type AlterUserScramCredentialsResponse,
  alterUserScramCredentialsApi,
} from '@weir/kafka-protocol/apis/51-alter-user-scram-credentials';
import { errorCode } from '@weir/kafka-protocol/errors';
import {
  clusterResource,
  type Handler,
  isAllowed,
  type Reply,
  type RequestContext,
  reply,
} from './handler.ts';
import { keysAreElsewhere } from './scram-credentials.ts';

/** AlterUserScramCredentials (KIP-554): refused, and no secret is kept, since keys are the control plane's. */
export const alterUserScramCredentials: Handler<
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse
> = {
  api: alterUserScramCredentialsApi,
  advertised: { min: 0, max: 0 },
  handle,
};

type UserResult = AlterUserScramCredentialsResponse['results'][number];

async function handle(
  context: RequestContext,
  { deletions, upsertions }: AlterUserScramCredentialsRequest,
): Promise<Reply<AlterUserScramCredentialsResponse>> {
  const mayAlter = isAllowed(context, 'ALTER', 'CLUSTER', clusterResource);
  const error = errorCode(mayAlter ? 'POLICY_VIOLATION' : 'CLUSTER_AUTHORIZATION_FAILED');
  const errorMessage = mayAlter ? keysAreElsewhere : null;
  const results: UserResult[] = [];
  for (const user of new Set([...upsertions, ...deletions].map(({ name }) => name))) {
    results.push({ user, errorCode: error, errorMessage });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return reply({ throttleTimeMs: 0, results });
}
