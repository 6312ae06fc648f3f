import { createHash } from 'node:crypto';
import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { BodyOf, OperationShape, ParamsOf, QueryOf } from '@weir/contracts/operation';
import type { Request } from 'express';
import type { Call, Idempotency } from './call.ts';
import { readInput } from './read-input.ts';
import { invalid } from './refused.ts';
import { stateOf } from './request-state.ts';

export const OPERATION = Symbol('operation');

/** Makes a method answer one operation of the contracts: its route, its status, its access. */
export const Handles = (operation: OperationShape) =>
  applyDecorators(
    RequestMapping({ method: RequestMethod[operation.method], path: routeOf(operation.path) }),
    HttpCode(operation.status),
    SetMetadata(OPERATION, operation),
  );

/** `{id}` as the router writes it, for which a colon of the path itself must be escaped. */
export const routeOf = (path: string): string => path.replaceAll(':', '\\:').replaceAll(/\{(\w+)\}/g, ':$1');

export interface InputOf<O extends OperationShape> {
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly body: BodyOf<O>;
}

/** The request's parts as the contract parsed them. Refuses with all that is wrong at once. */
export const Input = createParamDecorator((operation: OperationShape, context: ExecutionContext) =>
  readInput(operation, context.switchToHttp().getRequest<Request>()),
);

/** The authenticated call. */
export const TheCall = createParamDecorator(
  (operation: OperationShape, context: ExecutionContext): Call =>
    callOf(operation, context.switchToHttp().getRequest<Request>()),
);

/** Throws when nobody was authenticated, which would be our mistake. */
export const callOf = (operation: OperationShape, request: Request): Call => {
  const { caller, clientAddress, requestId } = stateOf(request);
  if (!caller) throw new Error(`${operation.id} was reached without a caller`);
  return {
    caller,
    requestId,
    sourceIp: clientAddress,
    idempotency: readIdempotency(operation, request),
  };
};

const idempotencyKeyForm = /^[\x21-\x7e]{1,255}$/;

const readIdempotency = (operation: OperationShape, request: Request): Idempotency | null => {
  const key = request.get('idempotency-key');
  if (key === undefined || operation.method !== 'POST') return null;
  if (!idempotencyKeyForm.test(key)) {
    throw invalid('An Idempotency-Key is 1 to 255 printable characters without spaces.');
  }
  const hash = createHash('sha256');
  hash.update(`${request.method} ${request.originalUrl}\n${JSON.stringify(request.body ?? null)}`);
  return { key, operation: operation.id, requestHash: hash.digest('base64url') };
};
