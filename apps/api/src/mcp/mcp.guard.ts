import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Authenticate, unauthenticated } from '../auth/authenticate.ts';
import { callerLimit, RateLimits } from '../http/rate-limits.ts';
import { BodyReader } from '../http/read-body.ts';
import { forbidden } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { trustedOrigins } from '../http/trusted-origins.ts';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

/**
 * Lets in who has a cloud key, and reads the body of nobody else. A session is no way in, as the pages that a person visits
 * would have it too; and pages of other origins are refused whatever they send, which is what the protocol asks
 * against rebound names.
 */
@Injectable()
export class McpGuard implements CanActivate {
  readonly #trustedOrigins: readonly string[];

  constructor(
    @Inject(Authenticate) private readonly authenticate: Authenticate,
    @Inject(RateLimits) private readonly rateLimits: RateLimits,
    @Inject(BodyReader) private readonly bodies: BodyReader,
    @Inject(SETTINGS) settings: ApiSettings,
  ) {
    this.#trustedOrigins = trustedOrigins(settings);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const state = stateOf(request);
    state.operation = 'mcp';
    const origin = request.get('origin');
    if (origin !== undefined && !this.#trustedOrigins.includes(origin)) {
      throw forbidden('Pages of other sites may not ask here.');
    }
    if (request.get('authorization') === undefined) throw unauthenticated();
    state.caller = await this.authenticate.run(request, false);
    await this.rateLimits.count(callerLimit, state.caller.id, response);
    await this.bodies.read(null, state.caller.organizationId, request, response);
    return true;
  }
}
