import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { OperationShape } from '@weir/contracts/operation';
import type { Request, Response } from 'express';
import { OPERATION } from '../http/operations.ts';
import { callerLimit, RateLimits } from '../http/rate-limits.ts';
import { BodyReader } from '../http/read-body.ts';
import { stateOf } from '../http/request-state.ts';
import { Authenticate } from './authenticate.ts';

/**
 * Authenticates every operation as its contract says, counts it, and only then reads its body: nobody unknown
 * has anything kept here. What a caller may do is decided later.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticate) private readonly authenticate: Authenticate,
    @Inject(RateLimits) private readonly rateLimits: RateLimits,
    @Inject(BodyReader) private readonly bodies: BodyReader,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = this.reflector.get<OperationShape | undefined>(OPERATION, context.getHandler());
    if (!operation || operation.access === 'none') return true;
    const request = context.switchToHttp().getRequest<Request>();
    const state = stateOf(request);
    state.operation = operation.id;
    state.caller = await this.authenticate.run(request, operation.access === 'cluster');
    const response = context.switchToHttp().getResponse<Response>();
    await this.rateLimits.count(callerLimit, state.caller.id, response);
    await this.bodies.read(operation, state.caller.organizationId, request, response);
    return true;
  }
}
