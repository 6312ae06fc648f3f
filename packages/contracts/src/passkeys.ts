import { z } from 'zod';
import { displayName, Timestamp } from './envelope.ts';
import { PasskeyId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { PasswordInput } from './people.ts';

/** Of one person. */
export const passkeysMax = 10;

/** A key in a device or a password manager that signs its owner in, after it has made sure that it is her. */
export const Passkey = z
  .object({
    api_version: z.literal('iam/v2'),
    kind: z.literal('Passkey'),
    id: z.string(),
    display_name: z.string(),
    created_at: Timestamp,
    last_used_at: Timestamp.nullable(),
  })
  .meta({ id: 'Passkey' });
export type Passkey = z.infer<typeof Passkey>;

const own = { tag: 'Passkeys', access: 'session', errors: 'cloud' } as const;

export const listPasskeys = defineOperation({
  ...own,
  id: 'listPasskeys',
  method: 'GET',
  path: '/iam/v2/passkeys',
  summary: 'Your passkeys, the oldest first.',
  status: 200,
  response: z
    .object({
      api_version: z.literal('iam/v2'),
      kind: z.literal('PasskeyList'),
      data: z.array(Passkey).max(passkeysMax),
    })
    .meta({ id: 'PasskeyList' }),
});

export const deletePasskey = defineOperation({
  ...own,
  id: 'deletePasskey',
  method: 'DELETE',
  path: '/iam/v2/passkeys/{id}',
  summary: 'Remove one of your passkeys: it signs nobody in any more.',
  params: z.object({ id: PasskeyId }),
  status: 204,
  response: null,
});

/** POST /auth/passkey/register-options: what the browser is to make a passkey by. Takes the password once more. */
export const PasskeyOptionsInput = PasswordInput;

/** What a browser answers (WebAuthn Level 3, 5.1); the library reads it strictly. */
const Credential = z.record(z.string().max(100), z.json());

/** POST /auth/passkey/register. */
export const RegisterPasskeyInput = z.object({ name: displayName, response: Credential });

/** POST /auth/passkey/sign-in. */
export const PasskeySignInInput = z.object({ response: Credential });
