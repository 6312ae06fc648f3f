import type { Metadata } from 'next';
import { signedIn } from '../../../api/server.ts';
import { InvitationCard } from '../../../members/invitation-card.tsx';
import { MemberCard } from '../../../members/member-card.tsx';
import { OutboxHint } from '../../../outbox/outbox-hint.tsx';

export const metadata: Metadata = { title: 'Members' };

export default async function MembersPage() {
  const { user } = await signedIn();
  return (
    <div className="mx-auto grid max-w-3xl grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Members</h1>
        <p className="text-ink-soft">Who is in this organization. Every member administers all of it.</p>
      </div>
      <MemberCard ownId={user.id} />
      <InvitationCard isVerified={user.emailVerified} />
      <OutboxHint />
    </div>
  );
}
