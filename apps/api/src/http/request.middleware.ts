import { randomUUID } from 'node:crypto';
import type { Logger } from '@weir/runtime/logger';
import { beginSpan, readTraceparent, within } from '@weir/runtime/tracing';
import type { NextFunction, Request, Response } from 'express';
import { isBelieved, isForwarded, settleClientAddress } from './client-address.ts';
import type { ApiMetrics } from './metrics.ts';
import { attachState, type RequestState } from './request-state.ts';

export const requestIdHeader = 'x-request-id';
const requestIdForm = /^[A-Za-z0-9_.-]{8,128}$/;

/** First of all: gives the request its id and state, and at its end logs and counts it. */
export const requestMiddleware =
  (logger: Logger, metrics: ApiMetrics, proxySecret: string | null) =>
  (request: Request, response: Response, next: NextFunction) => {
    const given = request.get(requestIdHeader);
    const requestId = given !== undefined && requestIdForm.test(given) ? given : randomUUID();
    // Who else asks begins a trace of his own: nobody writes into another's.
    const parent = isBelieved(request, proxySecret) ? readTraceparent(request.get('traceparent')) : null;
    const span = beginSpan(request.method, { kind: 'server', parent });
    const state: RequestState = {
      requestId,
      isForwarded: isForwarded(request),
      clientAddress: settleClientAddress(request, proxySecret),
      caller: null,
      operation: null,
    };
    attachState(request, state);
    // The auth library knows headers only.
    request.headers[requestIdHeader] = requestId;
    response.setHeader('X-Request-Id', requestId);
    // Answers are one person's, and of this moment.
    response.setHeader('Cache-Control', 'no-store');

    const startedAt = performance.now();
    response.on('close', () => {
      const seconds = (performance.now() - startedAt) / 1000;
      const operation = state.operation ?? 'other';
      metrics.observe(operation, response.statusCode, seconds);
      span?.end({
        name: operation,
        isFailed: response.statusCode >= 500,
        attributes: {
          'http.request.method': request.method,
          'http.response.status_code': response.statusCode,
          'weir.request_id': requestId,
        },
      });
      logger.info(
        {
          requestId,
          method: request.method,
          path: request.path,
          operation,
          status: response.statusCode,
          durationMs: Math.round(seconds * 1000),
          caller: state.caller?.id ?? null,
          address: state.clientAddress,
        },
        'request',
      );
    });
    within(span, next);
  };
