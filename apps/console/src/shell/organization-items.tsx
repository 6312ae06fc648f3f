'use client';

import { useQuery } from '@tanstack/react-query';
import { listMemberships } from '@weir/contracts/members';
import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { call, postForm } from '../api/browser.ts';

/** The organizations to switch to, for who is in several; asked for when the menu opens. */
export function OrganizationItems() {
  const { data } = useQuery({
    queryKey: ['memberships'],
    queryFn: ({ signal }) => call(listMemberships, {}, signal),
  });
  if (data === undefined || data.data.length < 2) return null;
  const switchTo = (organizationId: string) => {
    // Everything on the page is about another organization then; whether or not it worked, the page says which.
    void postForm('/switch-organization', { organization_id: organizationId }).finally(() =>
      window.location.assign('/clusters'),
    );
  };
  return (
    <DropdownMenu.RadioGroup
      aria-label="Organization"
      value={data.data.find(({ is_current }) => is_current)?.organization_id ?? ''}
      onValueChange={switchTo}
      className="border-b border-line py-1"
    >
      {data.data.map(({ display_name, organization_id }) => (
        <DropdownMenu.RadioItem
          key={organization_id}
          value={organization_id}
          className="flex max-w-72 cursor-pointer items-center gap-2 rounded py-2 pr-3 pl-8 outline-none data-highlighted:bg-sunken"
        >
          <DropdownMenu.ItemIndicator className="-ml-5">
            <Check aria-hidden="true" size={13} />
          </DropdownMenu.ItemIndicator>
          <span className="truncate">{display_name}</span>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
