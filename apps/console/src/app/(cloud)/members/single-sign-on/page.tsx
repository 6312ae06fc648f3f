import { getSsoSettings } from '@weir/contracts/single-sign-on';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { permissionsOnOrganization } from '../../../../access/permissions.ts';
import { load } from '../../../../api/server.ts';
import { DomainCard } from '../../../../single-sign-on/domain-card.tsx';
import { EnforcementCard } from '../../../../single-sign-on/enforcement-card.tsx';
import { GroupMappingCard } from '../../../../single-sign-on/group-mapping-card.tsx';
import { ProviderCard } from '../../../../single-sign-on/provider-card.tsx';

export const metadata: Metadata = { title: 'Single sign-on' };

export default async function SingleSignOnSettingsPage() {
  if (!(await permissionsOnOrganization()).has('user:manage')) notFound();
  const settings = await load(getSsoSettings, {});
  return (
    <div className="mx-auto grid max-w-3xl grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Single sign-on</h1>
        <p className="text-ink-soft">
          People of your domains sign in by your own identity provider (OpenID Connect), and its groups can
          have roles here. Who has left there comes in here no more.
        </p>
      </div>
      <DomainCard />
      <ProviderCard settings={settings} />
      <GroupMappingCard />
      <EnforcementCard connection={settings.connection} />
    </div>
  );
}
