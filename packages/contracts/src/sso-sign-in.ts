import { z } from 'zod';

/** POST /auth/sso/begin: where to go to sign in, by the domain of an address. Says nothing of who has an account. */
export const SsoBeginInput = z
  .object({ email: z.email('That is not an e-mail address.').max(254) })
  .meta({ id: 'SsoBeginInput' });

export const SsoBeginReply = z
  .object({ url: z.string().nullable().describe('null: nobody has single sign-on for that domain.') })
  .meta({ id: 'SsoBeginReply' });

/** POST /auth/sso/finish: what the provider sent the browser back with, from the `?` on. */
export const SsoFinishInput = z.object({ callback: z.string().max(8_000) }).meta({ id: 'SsoFinishInput' });

export const SsoFinishReply = z
  .object({
    outcome: z.enum(['SIGNED_IN', 'LINKED']),
    /** The provider sent no groups, and the organization has roles for some. */
    lacks_groups: z.boolean(),
  })
  .meta({ id: 'SsoFinishReply' });
export type SsoFinishReply = z.infer<typeof SsoFinishReply>;
