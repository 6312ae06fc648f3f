'use client';

import type { ApiKey } from '@weir/contracts/iam';
import { Card } from '../ui/card.tsx';
import { KeyExpiry } from './key-expiry.tsx';
import { KeyUseText } from './key-use-text.tsx';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKey } from './rotate-key.tsx';
import { useOwners } from './use-owners.ts';

interface Props {
  readonly keys: readonly ApiKey[];
  /** Of one cluster, where it need not be said which. */
  readonly isOfCluster: boolean;
  /** Of one owner, where it need not be said whose. */
  readonly isOfOwner: boolean;
  readonly now: number;
}

export function KeyTable({ keys, isOfCluster, isOfOwner, now }: Props) {
  const names = new Map(useOwners().map(({ id, name }) => [id, name]));
  const columns = [
    'Key',
    ...(isOfOwner ? [] : ['Acts for']),
    ...(isOfCluster ? [] : ['Opens']),
    'Last used',
    'Expires',
  ];
  return (
    <Card>
      <section
        aria-label="Keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it (WCAG 2.1.1).
        tabIndex={0}
        className="relative overflow-x-auto"
      >
        <table className="w-full text-left text-[13px]">
          <thead className="text-ink-soft">
            <tr className="border-b border-line">
              {columns.map((name) => (
                <th key={name} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                  {name}
                </th>
              ))}
              <th scope="col" className="px-4 py-2">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key.id} className="border-b border-line align-top last:border-0">
                <th scope="row" className="px-4 py-2.5 font-normal">
                  <span className="block text-sm font-medium">{key.spec.display_name || 'Unnamed key'}</span>
                  <span className="font-mono text-ink-soft">{key.id}</span>
                  {key.status.live_secrets > 1 && (
                    <span className="block font-medium text-warn">two secrets: a rotation is under way</span>
                  )}
                </th>
                {!isOfOwner && (
                  <td className="px-4 py-2.5">
                    <span className="block">{names.get(key.spec.owner.id) ?? ''}</span>
                    <span className="font-mono text-ink-soft">{key.spec.owner.id}</span>
                  </td>
                )}
                {!isOfCluster && (
                  <td className="px-4 py-2.5 font-mono">
                    {key.spec.resource.kind === 'Cloud' ? 'control plane' : key.spec.resource.id}
                  </td>
                )}
                <td className="px-4 py-2.5">
                  <KeyUseText use={key.status.last_use} />
                </td>
                <td className="px-4 py-2.5 whitespace-nowrap">
                  <KeyExpiry at={key.spec.expires_at} now={now} />
                </td>
                <td className="px-4 py-2.5">
                  <span className="flex justify-end gap-2">
                    <RotateKey apiKey={key} />
                    <RevokeKey apiKey={key} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}
