import { Inject, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { DiscoveryService, ExternalContextCreator, MetadataScanner, Reflector } from '@nestjs/core';
import type { OperationShape } from '@weir/contracts/operation';
import { OPERATION } from '../http/operations.ts';
import { attachState, type RequestState } from '../http/request-state.ts';
import type { RequestParts } from './tool-input.ts';

type Handler = (request: object) => Promise<unknown>;

/**
 * Calls the method that answers an operation over HTTP, in this process: with the same validation, use case and audit
 * of refusals, of a caller who was authenticated and counted before.
 */
@Injectable()
export class OperationCalls {
  #handlers: ReadonlyMap<string, Handler> | undefined;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ExternalContextCreator) private readonly contexts: ExternalContextCreator,
  ) {}

  /** Throws whatever the operation refuses with. */
  async run(operation: OperationShape, state: RequestState, parts: RequestParts): Promise<unknown> {
    this.#handlers ??= this.#find();
    const handler = this.#handlers.get(operation.id);
    if (!handler) throw new Error(`nobody answers ${operation.id}`);
    const request = { ...parts, method: operation.method, originalUrl: operation.path, get: () => undefined };
    attachState(request, state);
    return handler(request);
  }

  /** Once all controllers are there. */
  #find(): ReadonlyMap<string, Handler> {
    const handlers = new Map<string, Handler>();
    for (const { instance } of this.discovery.getControllers()) {
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance))) {
        const method: unknown = instance[name];
        if (typeof method !== 'function') continue;
        const operation = this.reflector.get<OperationShape | undefined>(OPERATION, method);
        if (operation) handlers.set(operation.id, this.#handlerOf(instance, name));
      }
    }
    return handlers;
  }

  #handlerOf(instance: Record<string, (...args: unknown[]) => unknown>, name: string): Handler {
    // Parameters come from our own decorators only, which read what they need of the request by themselves.
    const parameters = { exchangeKeyForValue: () => undefined };
    const method = instance[name];
    if (!method) throw new Error(`no method ${name}`);
    return this.contexts.create(
      instance,
      method,
      name,
      ROUTE_ARGS_METADATA,
      parameters,
      undefined,
      undefined,
      {
        guards: false,
        interceptors: true,
        filters: false,
      },
    );
  }
}
