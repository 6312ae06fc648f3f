import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { OperationShape } from '@weir/contracts/operation';
import type { Response } from 'express';
import { type Observable, tap } from 'rxjs';
import { OPERATION } from './operations.ts';

/** What is done replies nothing; its dry run has something to tell, and tells it with 200. */
@Injectable()
export class DryRunReplies implements NestInterceptor {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = this.reflector.get<OperationShape | undefined>(OPERATION, context.getHandler());
    if (operation?.dryRunResponse === undefined) return next.handle();
    return next.handle().pipe(
      tap((reply) => {
        if (reply !== undefined) context.switchToHttp().getResponse<Response>().status(200);
      }),
    );
  }
}
