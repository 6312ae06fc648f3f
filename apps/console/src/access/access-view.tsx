'use client';

import type { RoleBinding } from '@weir/contracts/role-bindings';
import { roles } from '@weir/contracts/roles';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { inputClass } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AddRole } from './add-role.tsx';
import { RemoveRole } from './remove-role.tsx';
import { useDirectory, useRoleBindings } from './use-access.ts';
import { type Names, principalText, resourceText } from './words.ts';

type By = 'principal' | 'resource';

interface Props {
  /** Of the organization. */
  readonly crn: string;
  readonly ownId: string;
  readonly mayGive: boolean;
}

/** Every role binding that the person sees, by who has it or by what it is on. */
export function AccessView({ crn, ownId, mayGive }: Props) {
  const [by, setBy] = useState<By>('principal');
  const [search, setSearch] = useState('');
  const [adding, setAdding] = useState(false);
  const bindings = useRoleBindings(crn);
  const directory = useDirectory();
  const error = bindings.error ?? directory.error;
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (bindings.data === undefined || directory.data === undefined) return <Skeleton className="h-60" />;
  const { names } = directory.data;
  const rows = bindings.data.map((binding) => rowOf(binding, names));
  const wanted = search.toLowerCase();
  const shown = rows.filter(({ words }) => words.toLowerCase().includes(wanted));
  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <fieldset className="flex rounded-md border border-line">
          <legend className="sr-only">Group by</legend>
          <Choice current={by} value="principal" onChoose={setBy}>
            By who
          </Choice>
          <Choice current={by} value="resource" onChoose={setBy}>
            By what
          </Choice>
        </fieldset>
        <input
          type="search"
          aria-label="Filter role bindings"
          placeholder="Filter by name or role"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={`${inputClass} max-w-64`}
        />
        {mayGive && (
          <Button look="primary" className="sm:ml-auto" onClick={() => setAdding(true)}>
            <Plus aria-hidden="true" size={16} />
            Give a role
          </Button>
        )}
      </div>
      {shown.length === 0 && (
        <p className="rounded-lg border border-dashed border-line-strong px-4 py-8 text-center text-ink-soft">
          {rows.length === 0 ? 'You see no role bindings yet.' : 'No role binding has that in it.'}
        </p>
      )}
      {[
        ...Map.groupBy(shown, ({ binding }) =>
          by === 'principal' ? binding.principal : binding.crn_pattern,
        ),
      ].map(([id, group]) => {
        const title = group[0]?.[by] ?? id;
        return (
          <Card
            key={id}
            title={title}
            aside={
              <span className="font-mono text-[13px] break-all text-ink-soft">
                {by === 'principal' ? id.replace(/^User:/, '') : lastOf(id)}
              </span>
            }
          >
            <ul aria-label={title}>
              {group.map((row) => (
                <Row key={row.binding.id} row={row} by={by} ownId={ownId} />
              ))}
            </ul>
          </Card>
        );
      })}
      {mayGive && <AddRole crn={crn} directory={directory.data} open={adding} onOpenChange={setAdding} />}
    </div>
  );
}

/** What tells two things of one name apart. */
const lastOf = (crnPattern: string): string => crnPattern.split('/').at(-1) ?? crnPattern;

interface RowData {
  readonly binding: RoleBinding;
  readonly principal: string;
  readonly resource: string;
  /** What a search looks through. */
  readonly words: string;
}

function rowOf(binding: RoleBinding, names: Names): RowData {
  const principal = principalText(binding.principal, names);
  const resource = resourceText(binding.crn_pattern, names);
  const words = `${principal} ${resource} ${binding.role_name} ${binding.principal} ${binding.crn_pattern}`;
  return { binding, principal, resource, words };
}

interface RowProps {
  readonly row: RowData;
  readonly by: By;
  readonly ownId: string;
}

function Row({ row: { binding, principal, resource }, by, ownId }: RowProps) {
  const isOwn = binding.principal === `User:${ownId}`;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0">
        <p className="break-words">
          <span className="font-medium">{binding.role_name}</span>{' '}
          <span className="text-ink-soft">
            {by === 'principal' ? 'on' : 'of'} {by === 'principal' ? resource : principal}
          </span>
          {isOwn && <span className="ml-2 text-[13px] text-good">you</span>}
        </p>
        <p className="text-[13px] text-ink-soft">{roles[binding.role_name].summary}</p>
      </div>
      <RemoveRole binding={binding} principal={principal} resource={resource} isOwn={isOwn} />
    </li>
  );
}

interface ChoiceProps {
  readonly current: By;
  readonly value: By;
  readonly onChoose: (by: By) => void;
  readonly children: string;
}

function Choice({ current, value, onChoose, children }: ChoiceProps) {
  const isChosen = current === value;
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={() => onChoose(value)}
      className={`h-9 px-3 text-[13px] font-medium first-of-type:rounded-l-md last-of-type:rounded-r-md ${isChosen ? 'bg-accent-wash text-accent' : 'text-ink-soft hover:text-ink'}`}
    >
      {children}
    </button>
  );
}
