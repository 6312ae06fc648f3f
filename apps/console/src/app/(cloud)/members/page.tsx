import type { Metadata } from 'next';
import Link from 'next/link';
import { organization, permissionsOnOrganization } from '../../../access/permissions.ts';
import { signedIn } from '../../../api/server.ts';
import { InvitationCard } from '../../../members/invitation-card.tsx';
import { MemberCard } from '../../../members/member-card.tsx';
import { OutboxHint } from '../../../outbox/outbox-hint.tsx';

export const metadata: Metadata = { title: 'Members' };

export default async function MembersPage() {
  const [{ user }, found, permissions] = await Promise.all([
    signedIn(),
    organization(),
    permissionsOnOrganization(),
  ]);
  const mayManage = permissions.has('user:manage');
  return (
    <div className="mx-auto grid max-w-3xl grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Members</h1>
        <p className="text-ink-soft">
          Who is in this organization, with which roles. What each may do, and on what, is on the page Access.
        </p>
        {mayManage && (
          <p>
            <Link
              href="/members/single-sign-on"
              className="font-medium text-accent underline underline-offset-2"
            >
              Single sign-on
            </Link>
          </p>
        )}
      </div>
      <MemberCard
        ownId={user.id}
        crn={found?.metadata.resource_name ?? null}
        mayManage={mayManage}
        seesAll={permissions.has('directory:read')}
      />
      {mayManage && <InvitationCard isVerified={user.emailVerified} />}
      <OutboxHint />
    </div>
  );
}
