import type { NestExpressApplication } from '@nestjs/platform-express';
import { FollowLinkInput, OutboxInput } from '@weir/contracts/people';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Origin } from '../account/account-events.ts';
import { FollowLink } from '../account/follow-link.ts';
import { stateOf } from '../http/request-state.ts';
import type { ApiSettings } from '../settings.ts';
import { showOutbox } from './local-outbox.ts';
import { MailStore } from './mail.store.ts';

/** A form of /auth that is ours and not the library's. */
export interface OwnForm {
  readonly schema: z.ZodType;
  run(request: Request, response: Response): Promise<void>;
}

const form = <Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, request: Request) => Promise<unknown>,
): OwnForm => ({
  schema,
  run: async (request, response) => {
    response.status(200).json((await run(schema.parse(request.body ?? {}), request)) ?? { status: true });
  },
});

const originOf = (request: Request, via: Origin['via']): Origin => {
  const { clientAddress, requestId } = stateOf(request);
  return { requestId, sourceIp: clientAddress, via };
};

/** By their paths behind /auth; all are POST. */
export const ownForms = (
  app: NestExpressApplication,
  settings: ApiSettings,
): Readonly<Record<string, OwnForm>> => {
  const mails = app.get(MailStore);
  const followLink = app.get(FollowLink);
  return {
    '/verify-email': form(FollowLinkInput, ({ token }, request) =>
      followLink.run(token, originOf(request, 'mail')),
    ),
    '/local-outbox': form(OutboxInput, ({ key }) => showOutbox(settings, mails, key)),
  };
};
