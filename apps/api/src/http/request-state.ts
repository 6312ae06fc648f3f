import type { Request } from 'express';
import type { Caller } from './call.ts';

/** What the stages of one request pass on to each other. */
export interface RequestState {
  readonly requestId: string;
  /** Where it comes from, as far as that is proven; null when the socket was gone already. */
  readonly clientAddress: string | null;
  /** It came through a proxy, whether that proved itself or not, and so from somewhere else. */
  readonly isForwarded: boolean;
  caller: Caller | null;
  /** For logs and metrics: the operation, or null where no route matched. */
  operation: string | null;
}

const states = new WeakMap<object, RequestState>();

/** `request`: also one that stands for an operation only, and did not come over HTTP itself. */
export const attachState = (request: object, state: RequestState): void => {
  states.set(request, state);
};

/** Throws when the request did not come through the first middleware, which would be our mistake. */
export const stateOf = (request: Request): RequestState => {
  const state = states.get(request);
  if (!state) throw new Error('a request without state: the request middleware must come first');
  return state;
};
