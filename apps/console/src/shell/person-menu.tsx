'use client';

import { LogOut, UserRound, Users } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { DropdownMenu } from 'radix-ui';
import { postAuth } from '../api/browser.ts';
import { OrganizationItems } from './organization-items.tsx';

interface Props {
  readonly name: string;
  readonly email: string;
}

export function PersonMenu({ name, email }: Props) {
  const router = useRouter();
  const signOut = () => {
    // Whether or not the API heard it, the sign-in page is where this leads; it sends back who is still signed in.
    void postAuth('/sign-out', {}).finally(() => {
      router.replace('/sign-in');
      router.refresh();
    });
  };
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger
        aria-label={`Account of ${name}`}
        className="grid size-8 place-items-center rounded-full bg-accent text-[13px] font-semibold text-accent-ink uppercase"
      >
        {name.slice(0, 1)}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-50 min-w-56 rounded-lg border border-line bg-raised p-1 shadow-lg"
        >
          <div className="border-b border-line px-3 py-2">
            <p className="font-medium">{name}</p>
            <p className="text-[13px] text-ink-soft">{email}</p>
          </div>
          <OrganizationItems />
          <DropdownMenu.Item asChild>
            <Link
              href="/members"
              className="mt-1 flex cursor-pointer items-center gap-2 rounded px-3 py-2 outline-none data-highlighted:bg-sunken"
            >
              <Users aria-hidden="true" size={15} />
              Members
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item asChild>
            <Link
              href="/account"
              className="mt-1 flex cursor-pointer items-center gap-2 rounded px-3 py-2 outline-none data-highlighted:bg-sunken"
            >
              <UserRound aria-hidden="true" size={15} />
              Account
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item
            onSelect={signOut}
            className="flex cursor-pointer items-center gap-2 rounded px-3 py-2 outline-none data-highlighted:bg-sunken"
          >
            <LogOut aria-hidden="true" size={15} />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
