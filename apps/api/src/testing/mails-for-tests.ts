import { linkToken } from '@weir/mail/link-token';
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import type { TestApi } from './api-for-tests.ts';

/** A mail that somebody is to get, with what stands in its link. */
export interface AskedFor {
  readonly id: string;
  readonly kind: string;
  readonly token: string;
}

/** The mail to an address, oldest first, as the worker would send it. */
export const mailsTo = async (api: TestApi, recipient: string): Promise<readonly AskedFor[]> => {
  const rows = await api.platform.db.mail.findMany({ where: { recipient }, orderBy: { createdAt: 'asc' } });
  const secret = api.platform.settings.authSecret;
  return rows.map(({ id, kind }) => ({ id, kind, token: linkToken(secret, kind, id) }));
};

/** The newest link of that kind to an address. */
export const linkTo = async (api: TestApi, recipient: string, kind: string): Promise<string> => {
  const found = (await mailsTo(api, recipient)).findLast((mail) => mail.kind === kind);
  if (!found) throw new Error(`no ${kind} to ${recipient}`);
  return found.token;
};

const Session = z.object({ user: z.object({ email: z.string(), id: z.string() }) });

/** Who is signed in. */
export const personOf = async (client: ApiClient): Promise<{ email: string; id: string }> =>
  Session.parse((await client.send('GET', '/auth/get-session')).body).user;

/** Opens the link that a person got when she signed up. */
export const verifyAddress = async (api: TestApi, client: ApiClient): Promise<void> => {
  const token = await linkTo(api, (await personOf(client)).email, 'verify-address');
  const answer = await client.send('POST', '/auth/verify-email', { token });
  if (answer.status !== 200) throw new Error(`not confirmed: ${answer.status} ${answer.text}`);
};
