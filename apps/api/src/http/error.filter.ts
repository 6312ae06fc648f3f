import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, NotFoundException } from '@nestjs/common';
import type { Logger } from '@weir/runtime/logger';
import type { Request, Response } from 'express';
import { LOGGER } from '../platform/tokens.ts';
import { allowedMethods } from './allowed-methods.ts';
import { answerOf } from './error-body.ts';
import { dropRest } from './read-body.ts';
import { methodNotAllowed } from './refused.ts';
import { stateOf } from './request-state.ts';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const { requestId } = stateOf(request);
    const answer = answerOf(error, request.path, requestId);
    if (answer.unexpected) this.logger.error({ err: error, requestId, path: request.path }, 'request failed');
    dropRest(request);
    const allowed = routeMissing(error) ? allowedMethods(request.path) : [];
    if (allowed.length > 0) {
      const wrongMethod = answerOf(methodNotAllowed(request.method, allowed), request.path, requestId);
      response.setHeader('Allow', allowed.join(', ')).status(405).json(wrongMethod.body);
      return;
    }
    // A browser would ask a page's visitor for a password of its own accord; programs are told what to send.
    if (answer.status === 401 && request.get('sec-fetch-site') === undefined) {
      response.setHeader('WWW-Authenticate', 'Basic realm="weir", charset="UTF-8"');
    }
    if (answer.retryAfterSeconds !== undefined) {
      response.setHeader('Retry-After', String(answer.retryAfterSeconds));
    }
    response.status(answer.status).json(answer.body);
  }
}

/** The frame's own error, for a method and path that nobody handles; our objects that are missing are Refused. */
const routeMissing = (error: unknown): boolean => error instanceof NotFoundException;
