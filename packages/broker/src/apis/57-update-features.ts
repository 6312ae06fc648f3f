import {
  type UpdateFeaturesRequest,
  type UpdateFeaturesResponse,
  updateFeaturesApi,
} from '@weir/kafka-protocol/apis/57-update-features';
import { errorCode } from '@weir/kafka-protocol/errors';
import { type Handler, type Reply, type RequestContext, reply } from './handler.ts';

/** UpdateFeatures (KIP-584): what a cell can do is its operator's to say, whatever the sender may do in his cluster. */
export const updateFeatures: Handler<UpdateFeaturesRequest, UpdateFeaturesResponse> = {
  api: updateFeaturesApi,
  advertised: { min: 0, max: 2 },
  handle,
};

function handle(_: RequestContext, __: UpdateFeaturesRequest): Reply<UpdateFeaturesResponse> {
  return reply({
    throttleTimeMs: 0,
    errorCode: errorCode('CLUSTER_AUTHORIZATION_FAILED'),
    errorMessage: 'The features of a cell are its operator’s.',
    results: [],
  });
}
