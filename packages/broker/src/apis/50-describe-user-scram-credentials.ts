import {
  type DescribeUserScramCredentialsRequest,
  type DescribeUserScramCredentialsResponse,
  describeUserScramCredentialsApi,
} from '@weir/kafka-protocol/apis/50-describe-user-scram-credentials';
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

/** DescribeUserScramCredentials (KIP-554): the keys of a cluster are the control plane's, so that clients find none. */
export const describeUserScramCredentials: Handler<
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse
> = {
  api: describeUserScramCredentialsApi,
  advertised: { min: 0, max: 0 },
  handle,
};

type UserResult = DescribeUserScramCredentialsResponse['results'][number];

async function handle(
  context: RequestContext,
  { users }: DescribeUserScramCredentialsRequest,
): Promise<Reply<DescribeUserScramCredentialsResponse>> {
  if (!isAllowed(context, 'DESCRIBE', 'CLUSTER', clusterResource)) {
    const error = errorCode('CLUSTER_AUTHORIZATION_FAILED');
    return reply({ throttleTimeMs: 0, errorCode: error, errorMessage: null, results: [] });
  }
  const results: UserResult[] = [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of users ?? []) (seen.has(name) ? repeated : seen).add(name);
  for (const user of seen) {
    const isRepeated = repeated.has(user);
    const error = errorCode(isRepeated ? 'DUPLICATE_RESOURCE' : 'RESOURCE_NOT_FOUND');
    const errorMessage = isRepeated ? `${user} is asked for several times.` : keysAreElsewhere;
    results.push({ user, errorCode: error, errorMessage, credentialInfos: [] });
    const turn = context.pace.step();
    if (turn !== null) await turn;
  }
  return reply({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, results });
}
