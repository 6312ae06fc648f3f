'use client';

import { Choice } from '../ui/choice.tsx';
import type { KeyFilter } from './key-filter.ts';
import { useOwners } from './use-owners.ts';

interface Props {
  readonly filter: KeyFilter;
  /** To choose what keys open; none where that is settled. */
  readonly clusters: readonly { readonly id: string; readonly name: string }[] | null;
  /** Whom they act for is not to be chosen. */
  readonly isOwnerSettled: boolean;
  readonly onChange: (filter: KeyFilter) => void;
}

export function KeyFilters({ filter, clusters, isOwnerSettled, onChange }: Props) {
  const owners = useOwners();
  return (
    <fieldset className="grid min-w-0 grow grid-cols-1 gap-3 sm:max-w-3xl sm:grid-cols-3">
      <legend className="sr-only">Show only</legend>
      {!isOwnerSettled && (
        <Choice
          label="Acts for"
          value={filter.owner}
          onChange={({ target }) => onChange({ ...filter, owner: target.value })}
          options={[
            { value: '', text: 'Anybody' },
            ...owners.map(({ id, name }) => ({ value: id, text: `${name} (${id})` })),
          ]}
        />
      )}
      <Choice
        label="Show"
        value={filter.state}
        onChange={({ target }) => onChange({ ...filter, state: stateOf(target.value) })}
        options={[
          { value: '', text: 'All keys' },
          { value: 'unused', text: 'Not used for 30 days' },
          { value: 'expiring', text: 'Expired, or within 30 days' },
        ]}
      />
      {clusters !== null && (
        <Choice
          label="Opens"
          value={filter.resource}
          onChange={({ target }) => onChange({ ...filter, resource: target.value })}
          options={[
            { value: '', text: 'Anything' },
            { value: 'cloud', text: 'The control plane' },
            ...clusters.map(({ id, name }) => ({ value: id, text: `${name} (${id})` })),
          ]}
        />
      )}
    </fieldset>
  );
}

const stateOf = (text: string): KeyFilter['state'] => (text === 'unused' || text === 'expiring' ? text : '');
