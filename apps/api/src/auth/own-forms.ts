import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwitchInput } from '@weir/contracts/members';
import {
  ChangeAddressInput,
  ChangePasswordInput,
  DeleteAccountInput,
  FollowLinkInput,
  OutboxInput,
  ResetPasswordInput,
  ResetRequestInput,
} from '@weir/contracts/people';
import type { Clock } from '@weir/runtime/clock';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Origin } from '../account/account-events.ts';
import { ChangeAddress } from '../account/change-address.ts';
import { ChangePassword } from '../account/change-password.ts';
import { FollowLink } from '../account/follow-link.ts';
import { ResetPassword } from '../account/reset-password.ts';
import type { SignedIn } from '../account/signed-in.ts';
import { DeleteAccount } from '../account-deletion/delete-account.ts';
import { mailRequestLimit, RateLimits } from '../http/rate-limits.ts';
import { stateOf } from '../http/request-state.ts';
import { AcceptInvitation } from '../members/accept-invitation.ts';
import { SwitchOrganization } from '../members/switch-organization.ts';
import { CLOCK } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { unauthenticated } from './authenticate.ts';
import { showOutbox } from './local-outbox.ts';
import { MailStore } from './mail.store.ts';
import { PEOPLE, type People } from './people.ts';
import { countNetwork } from './sign-in-attempts.ts';
import { isSsoSessionOver } from './sso-plugin.ts';

/** A form of /auth that is ours and not the library's. */
export interface OwnForm {
  readonly schema: z.ZodType;
  run(request: Request, response: Response): Promise<void>;
}

interface Asked {
  readonly request: Request;
  readonly response: Response;
}

const form = <Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, asked: Asked) => Promise<unknown>,
): OwnForm => ({
  schema,
  run: async (request, response) => {
    const reply = await run(schema.parse(request.body ?? {}), { request, response });
    response.status(200).json(reply ?? { status: true });
  },
});

const originOf = ({ request }: Asked, via: Origin['via']): Origin => {
  const { clientAddress, requestId } = stateOf(request);
  return { requestId, sourceIp: clientAddress, via };
};

/** By their paths behind /auth; all are POST. */
export const ownForms = (
  app: NestExpressApplication,
  settings: ApiSettings,
): Readonly<Record<string, OwnForm>> => {
  const [limits, mails] = [app.get(RateLimits), app.get(MailStore)];
  const [changeAddress, changePassword] = [app.get(ChangeAddress), app.get(ChangePassword)];
  const [followLink, resetPassword] = [app.get(FollowLink), app.get(ResetPassword)];
  const [acceptInvitation, switchOrganization] = [app.get(AcceptInvitation), app.get(SwitchOrganization)];
  const deleteAccount = app.get(DeleteAccount);
  const clock = app.get<Clock>(CLOCK);
  const signedIn = ({ request }: Asked) => whoIsSignedIn(app.get<People>(PEOPLE), request, clock.now());
  const mayMail = ({ request, response }: Asked) => countNetwork(limits, mailRequestLimit, request, response);
  return {
    '/verify-email': form(FollowLinkInput, async ({ token }, asked) => {
      const { userId } = await signedIn(asked);
      await followLink.run(token, userId, originOf(asked, 'mail'));
    }),
    '/send-verification-email': form(z.object({}), async (_, asked) => {
      await changeAddress.askAgain(await signedIn(asked));
    }),
    '/request-password-reset': form(ResetRequestInput, async ({ email }, asked) => {
      await mayMail(asked);
      await resetPassword.ask(email);
    }),
    '/reset-password': form(ResetPasswordInput, ({ newPassword, token }, asked) =>
      resetPassword.run(token, newPassword, originOf(asked, 'mail')),
    ),
    '/change-password': form(ChangePasswordInput, async (passwords, asked) => {
      await changePassword.run(await signedIn(asked), passwords, originOf(asked, 'session'));
    }),
    '/change-email': form(ChangeAddressInput, async ({ newEmail, password }, asked) => {
      const person = await signedIn(asked);
      await mayMail(asked);
      await changeAddress.ask(person, newEmail, password);
    }),
    '/delete-account': form(DeleteAccountInput, async ({ password }, asked) => {
      await deleteAccount.run(await signedIn(asked), password, originOf(asked, 'session'));
    }),
    '/accept-invitation': form(FollowLinkInput, async ({ token }, asked) => {
      await acceptInvitation.run(token, await signedIn(asked), originOf(asked, 'mail'));
    }),
    '/switch-organization': form(SwitchInput, async ({ organization_id }, asked) => {
      await switchOrganization.run(await signedIn(asked), organization_id);
    }),
    '/local-outbox': form(OutboxInput, ({ key }) => showOutbox(settings, mails, key)),
  };
};

/** Refuses with 401 when nobody is. */
export const whoIsSignedIn = async (people: People, request: Request, nowMs: number): Promise<SignedIn> => {
  const cookie = request.get('cookie');
  const found =
    cookie === undefined ? null : await people.api.getSession({ headers: new Headers({ cookie }) });
  if (!found || isSsoSessionOver(found.session, nowMs)) throw unauthenticated();
  const { session, user } = found;
  const person = { userId: user.id, email: user.email, isVerified: user.emailVerified };
  const { id: sessionId, method = null, ssoOrganizationId = null } = session;
  return { ...person, sessionId, method, ssoOrganizationId };
};
