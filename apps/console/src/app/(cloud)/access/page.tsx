import type { Metadata } from 'next';
import Link from 'next/link';
import { AccessView } from '../../../access/access-view.tsx';
import { organization, permissionsOnOrganization } from '../../../access/permissions.ts';
import { RoleList } from '../../../access/role-list.tsx';
import { signedIn } from '../../../api/server.ts';
import { Notice } from '../../../ui/notice.tsx';

export const metadata: Metadata = { title: 'Access' };

export default async function AccessPage() {
  const [{ user }, found, permissions] = await Promise.all([
    signedIn(),
    organization(),
    permissionsOnOrganization(),
  ]);
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Access</h1>
        <p className="max-w-2xl text-ink-soft">
          Who has which role on what. A role counts on what it is bound on and on all that lies in it, for
          people, service accounts and their keys, within five seconds.
        </p>
        <p>
          <Link
            href="/access/service-accounts"
            className="font-medium text-accent underline underline-offset-2"
          >
            Service accounts
          </Link>
        </p>
      </div>
      {found === null ? (
        <Notice tone="warn">
          You have no role in this organization yet. Ask one of its administrators for what you need.
        </Notice>
      ) : (
        <AccessView
          crn={found.metadata.resource_name}
          ownId={user.id}
          // Who may give roles anywhere sees to whom.
          mayGive={permissions.has('directory:read')}
        />
      )}
      <RoleList />
    </div>
  );
}
