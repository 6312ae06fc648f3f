'use client';

import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { Button } from '../ui/button.tsx';

interface Props {
  readonly clusters: readonly { readonly id: string; readonly name: string }[];
}

/** ⌘K or Ctrl-K: goes anywhere by name. */
export function CommandMenu({ clusters }: Props) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const go = (path: string) => () => {
    setOpen(false);
    router.push(path);
  };
  return (
    <>
      <Button
        look="quiet"
        size="small"
        onClick={() => setOpen(true)}
        aria-label="Go to… ⌘K"
        aria-keyshortcuts="Meta+K Control+K"
      >
        <Search aria-hidden="true" size={15} />
        <span className="hidden text-ink-soft sm:inline">Go to…</span>
        <kbd className="hidden rounded border border-line px-1 font-sans text-[11px] text-ink-soft sm:inline">
          ⌘K
        </kbd>
      </Button>
      <Dialog.Root open={open} onOpenChange={setOpen}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 z-40 bg-black/45" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-xl"
          >
            <Dialog.Title className="sr-only">Go to</Dialog.Title>
            <Command label="Go to">
              <Command.Input
                placeholder="Cluster, topic page, or action…"
                className="h-12 w-full border-b border-line bg-transparent px-4 outline-none placeholder:text-ink-soft"
              />
              <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
                <Command.Empty className="px-3 py-6 text-center text-ink-soft">
                  Nothing by that name.
                </Command.Empty>
                <Group heading="Go to">
                  <Goal onSelect={go('/clusters')}>Clusters</Goal>
                  <Goal onSelect={go('/clusters/new')}>Create a cluster</Goal>
                  <Goal onSelect={go('/keys')}>API keys of all clusters</Goal>
                  <Goal onSelect={go('/billing')}>Billing</Goal>
                  <Goal onSelect={go('/billing/webhooks')}>Webhooks</Goal>
                  <Goal onSelect={go('/audit')}>Audit log</Goal>
                  <Goal onSelect={go('/access')}>Access</Goal>
                  <Goal onSelect={go('/access/service-accounts')}>Service accounts</Goal>
                  <Goal onSelect={go('/members')}>Members</Goal>
                  <Goal onSelect={go('/account')}>Account</Goal>
                  <Goal onSelect={go('/account/security')}>Account · Password and security</Goal>
                  <Goal onSelect={go('/account/sessions')}>Account · Sessions</Goal>
                </Group>
                {clusters.map(({ id, name }) => (
                  <Group key={id} heading={name}>
                    <Goal value={`${name} ${id} overview`} onSelect={go(`/clusters/${id}`)}>
                      {name} · Overview
                    </Goal>
                    <Goal value={`${name} ${id} topics`} onSelect={go(`/clusters/${id}/topics`)}>
                      {name} · Topics
                    </Goal>
                    <Goal value={`${name} ${id} consumer groups`} onSelect={go(`/clusters/${id}/groups`)}>
                      {name} · Consumer groups
                    </Goal>
                    <Goal value={`${name} ${id} limits`} onSelect={go(`/clusters/${id}/limits`)}>
                      {name} · Limits
                    </Goal>
                    <Goal value={`${name} ${id} api keys`} onSelect={go(`/clusters/${id}/keys`)}>
                      {name} · API keys
                    </Goal>
                  </Group>
                ))}
              </Command.List>
            </Command>
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
    </>
  );
}

function Group({ heading, children }: { readonly heading: string; readonly children: React.ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-[12px] [&_[cmdk-group-heading]]:text-ink-soft"
    >
      {children}
    </Command.Group>
  );
}

interface GoalProps {
  readonly value?: string;
  readonly onSelect: () => void;
  readonly children: React.ReactNode;
}

function Goal({ value, onSelect, children }: GoalProps) {
  return (
    <Command.Item
      {...(value === undefined ? {} : { value })}
      onSelect={onSelect}
      className="flex cursor-pointer items-center rounded px-3 py-2 data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent"
    >
      {children}
    </Command.Item>
  );
}
