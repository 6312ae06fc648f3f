import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { OperationShape } from '@weir/contracts/operation';
import type { Request, Response } from 'express';
import { OPERATION } from '../http/operations.ts';
import { callerLimit, RateLimits } from '../http/rate-limits.ts';
import { BodyReader } from '../http/read-body.ts';
import { forbidden } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { Authenticate } from './authenticate.ts';

const forPeopleOnly = () =>
  forbidden('This is about a person’s own account, and takes her session. A key does not open it.');

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
    if (operation.access === 'session' && state.caller.via !== 'session') throw forPeopleOnly();
    const response = context.switchToHttp().getResponse<Response>();
    await this.rateLimits.count(callerLimit, state.caller.id, response);
    await this.bodies.read(operation, state.caller.organizationId, request, response);
    return true;
  }
}
