import type { Metadata } from 'next';
import { FollowLink } from '../../../people/follow-link.tsx';

export const metadata: Metadata = { title: 'Join an organization' };

export default function AcceptInvitationPage() {
  return (
    <FollowLink
      form="/accept-invitation"
      title="Join an organization"
      words="You were invited. It takes the address that the mail went to, signed in and confirmed."
      action="Join"
      done="You are in. The clusters that you see now are this organization's."
    />
  );
}
