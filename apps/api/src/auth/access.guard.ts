import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { queryMetrics } from '@weir/contracts/metrics';
import type { OperationShape } from '@weir/contracts/operation';
import { deletePasskey } from '@weir/contracts/passkeys';
import { deleteOtherSessions, deleteSession } from '@weir/contracts/sessions';
import type { Request, Response } from 'express';
import { OPERATION } from '../http/operations.ts';
import { callerLimit, RateLimits, strangerLimit } from '../http/rate-limits.ts';
import { BodyReader, readAuthBody } from '../http/read-body.ts';
import { conflict, forbidden } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { OrganizationStore } from '../organizations/organization.store.ts';
import { Authenticate } from './authenticate.ts';
import { countNetwork } from './sign-in-attempts.ts';

const forPeopleOnly = () =>
  forbidden('This is about a person’s own account, and takes her session. A key does not open it.');

/** What reads by POST, and what is about a person rather than her organization. */
const harmless: ReadonlySet<string> = new Set([
  queryMetrics.id,
  deleteSession.id,
  deleteOtherSessions.id,
  deletePasskey.id,
]);

const changesTenant = ({ id, method }: OperationShape): boolean => method !== 'GET' && !harmless.has(id);

/** Never for what is read: infrastructure as code takes a refusal there for something that is gone. */
const suspended = () =>
  conflict(
    'organization_suspended',
    'Your organization is suspended: what it has can be looked at and not changed, and its clients are let into no cluster. Ask the operator of this cloud; the reason is in your audit log.',
  );

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
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = this.reflector.get<OperationShape | undefined>(OPERATION, context.getHandler());
    if (!operation) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const state = stateOf(request);
    state.operation = operation.id;
    if (operation.access === 'none') {
      const response = context.switchToHttp().getResponse<Response>();
      await countNetwork(this.rateLimits, strangerLimit, request, response);
      await readAuthBody(request, response);
      return true;
    }
    state.caller = await this.authenticate.run(request, operation.access === 'cluster');
    if (operation.access === 'session' && state.caller.via !== 'session') throw forPeopleOnly();
    const response = context.switchToHttp().getResponse<Response>();
    await this.rateLimits.count(callerLimit, state.caller.id, response);
    if (changesTenant(operation) && (await this.organizations.isSuspended(state.caller.organizationId))) {
      throw suspended();
    }
    await this.bodies.read(operation, state.caller.organizationId, request, response);
    return true;
  }
}
