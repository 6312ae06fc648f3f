import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Logger } from '@weir/runtime/logger';
import type { Request, Response } from 'express';
import { LOGGER } from '../platform/tokens.ts';
import { answerOf } from './error-body.ts';
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
    if (answer.status === 503) response.setHeader('Retry-After', '1');
    response.status(answer.status).json(answer.body);
  }
}
