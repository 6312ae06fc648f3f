import type { ConnectionGate } from '@weir/runtime/connection-gate';
import { FairTurns } from '@weir/runtime/fair-turns';
import type { NextFunction, Request, Response } from 'express';
import { clientNetwork } from './client-address.ts';
import { tooMany } from './refused.ts';
import { stateOf } from './request-state.ts';

/** Requests at work at a time, of one address and of all; far more than connections to the stores. */
const atWorkPerAddressMax = 10;
const atWorkMax = 512;
/** Of one address: more than a console or a Terraform run has open, pipelined ones included. */
const waitingPerAddressMax = 64;
/** Waited for work to end whose caller has gone; no statement and no read of records takes as long, milliseconds. */
const abandonedMsMax = 30_000;

/**
 * Requests are begun by addresses in turn, before anything is known of them or read: one who sends twenty thousand
 * over pipelined connections waits for himself, and the connection of what is refused ends. A turn ends when the answer was taken, and not before the work is done.
 */
export const requestTurns = (
  gate: ConnectionGate,
): ((request: Request, response: Response, next: NextFunction) => void) => {
  const limits = { atWorkMax, atWorkPerKeyMax: atWorkPerAddressMax, waitingPerKeyMax: waitingPerAddressMax };
  const turns = new FairTurns(limits);
  return (request, response, next) => {
    const address = clientNetwork(stateOf(request).clientAddress ?? 'unknown');
    let work: 'not begun' | 'begun' | 'done' = 'not begun';
    let isGone = false;
    let leave: (() => void) | null = null;
    // Both before it begins, since some answers are whole before that returns.
    onEnd(response, () => {
      work = 'done';
      if (isGone) leave?.();
    });
    onGone(request, response, () => {
      isGone = true;
      if (work !== 'begun') leave?.();
      else setTimeout(() => leave?.(), abandonedMsMax).unref();
    });
    leave = turns.take(address, () => {
      work = 'begun';
      next();
    });
    if (leave !== null) return;
    gate.refuse(request, response, stateOf(request).clientAddress);
    next(tooMany('Too many requests at once from your address. Wait for an answer, then go on.'));
  };
};

/** When the answer is whole, whether or not somebody is there to take it. */
const onEnd = (response: Response, act: () => void): void => {
  const end = response.end.bind(response);
  // The same function with its overloads; it does one thing more.
  response.end = ((...args: Parameters<typeof end>) => {
    act();
    return end(...args);
  }) as typeof response.end;
};

const gone = new WeakMap<Request['socket'], Set<() => void>>();

/** When the answer was taken or its connection ended. A pipelined answer before which another stands has no socket. */
const onGone = (request: Request, response: Response, act: () => void): void => {
  const { socket } = request;
  let acts = gone.get(socket);
  if (acts === undefined) {
    const all = new Set<() => void>();
    acts = all;
    gone.set(socket, all);
    socket.once('close', () => {
      for (const each of all) each();
    });
  }
  const known = acts;
  const once = () => {
    if (known.delete(once)) act();
  };
  known.add(once);
  response.once('close', once);
};
