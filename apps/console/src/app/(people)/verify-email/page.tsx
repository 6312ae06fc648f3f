import type { Metadata } from 'next';
import { FollowLink } from '../../../people/follow-link.tsx';

export const metadata: Metadata = { title: 'Confirm your e-mail address' };

export default function VerifyEmailPage() {
  return (
    <FollowLink
      form="/verify-email"
      title="Confirm your e-mail address"
      words="One click, and the account that you are signed in to has the address that this link was sent to."
      action="Confirm this address"
      done="The address is confirmed."
    />
  );
}
