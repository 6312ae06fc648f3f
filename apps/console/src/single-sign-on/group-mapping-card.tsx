'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createGroupMapping,
  deleteGroupMapping,
  type GroupMapping,
  listGroupMappings,
} from '@weir/contracts/single-sign-on';
import Link from 'next/link';
import { type FormEvent, useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { filterOf } from './filter-of.ts';

const queryKey = ['group-mappings'];

export function GroupMappingCard() {
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) => call(listGroupMappings, { query: { page_size: 100 } }, signal),
  });
  return (
    <Card title="Groups">
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          Groups of the provider as one principal. Give it roles on the page{' '}
          <Link href="/access" className="font-medium text-accent underline underline-offset-2">
            Access
          </Link>
          , as you would give them to a person.
        </p>
        <AddMapping />
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      </div>
      <ul aria-label="Group mappings">
        {data?.data.map((mapping) => (
          <Row key={mapping.id} mapping={mapping} />
        ))}
      </ul>
    </Card>
  );
}

function AddMapping() {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [groups, setGroups] = useState('');
  const add = useMutation({
    mutationFn: () => call(createGroupMapping, { body: { display_name: name, filter: filterOf(groups) } }),
    onSuccess: async () => {
      setName('');
      setGroups('');
      await queries.invalidateQueries({ queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form method="post" onSubmit={submit} className="grid gap-3">
      <Field
        label="Name"
        autoComplete="off"
        value={name}
        onChange={({ target }) => setName(target.value)}
        required
      />
      <Field
        label="Groups at the provider"
        autoComplete="off"
        spellCheck={false}
        hint="Commas between several: who is in any of them is meant."
        value={groups}
        onChange={({ target }) => setGroups(target.value)}
        required
      />
      {add.error !== null && <Notice tone="danger">{sentenceOf(add.error)}</Notice>}
      <div>
        <Button type="submit" busy={add.isPending}>
          Add groups
        </Button>
      </div>
    </form>
  );
}

function Row({ mapping }: { readonly mapping: GroupMapping }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deleteGroupMapping, { params: { id: mapping.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey }),
  });
  const { display_name: name, filter, members } = mapping;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0">
        <p className="font-medium break-words">{name}</p>
        <p className="text-[13px] break-all text-ink-soft">
          <code>{filter}</code>
        </p>
        <p className="text-[13px]">{members === 1 ? '1 person' : `${members} people`} so far</p>
      </div>
      <Button look="danger" size="small" aria-label={`Remove ${name}`} onClick={() => setOpen(true)}>
        Remove
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Remove these groups?"
        description={`Every role of ${name} ends at once.`}
        name={name}
        action="Remove"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
