import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { OperationShape } from '@weir/contracts/operation';
import { askableText } from '@weir/contracts/plain-text';
import type { ControlDb } from '@weir/db/control';
import type { Request } from 'express';
import { catchError, from, mergeMap, type Observable, throwError } from 'rxjs';
import { callOf, OPERATION } from '../http/operations.ts';
import { Refused } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AuditStore } from './audit.store.ts';

/**
 * Notes who was told that something is forbidden. The transaction of the refusal is gone by then, so this is
 * one of its own. What is answered as not found stays out: it would fill the log with mistyped ids.
 */
@Injectable()
export class RecordRefusals implements NestInterceptor {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(
        catchError((cause: unknown) =>
          from(this.#record(context, cause)).pipe(mergeMap(() => throwError(() => cause))),
        ),
      );
  }

  async #record(context: ExecutionContext, cause: unknown): Promise<void> {
    const operation = this.reflector.get<OperationShape | undefined>(OPERATION, context.getHandler());
    if (!operation || !(cause instanceof Refused) || cause.status !== 403) return;
    const request = context.switchToHttp().getRequest<Request>();
    const call = callOf(operation, request);
    const [given = '-'] = Object.values(request.params).flat();
    const entry = {
      action: operation.id,
      resource: { kind: operation.tag, id: askableText(given) },
      after: { reason: askableText(cause.message) },
    };
    await this.db.$transaction((tx) => this.audit.record(tx, call, entry, 'DENIED'));
  }
}
