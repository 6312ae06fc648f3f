import { SsoBeginReply } from '@weir/contracts/sso-sign-in';
import { postForm } from '../api/browser.ts';
import { ApiError } from '../api/request.ts';

/** Goes to the identity provider, to sign in that way from then on. Throws ApiError. */
export async function beginLink(password: string): Promise<void> {
  const { url } = SsoBeginReply.parse(await postForm('/sso/link', { password }));
  if (url === null) {
    throw new ApiError(409, 'no_sso', 'Your organization has not set up single sign-on.');
  }
  window.location.assign(url);
}
