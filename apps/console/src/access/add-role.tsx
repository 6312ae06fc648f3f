'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createRoleBinding } from '@weir/contracts/role-bindings';
import { type RoleName, roles } from '@weir/contracts/roles';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';
import { bindingsKey, type useDirectory, usePermissions } from './use-access.ts';

type Directory = NonNullable<ReturnType<typeof useDirectory>['data']>;

interface Props {
  /** Of the organization. */
  readonly crn: string;
  readonly directory: Directory;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function AddRole({ crn, directory, open, onOpenChange }: Props) {
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      title="Give a role"
      description="First what it is on: that says which roles you may give there."
    >
      <Form crn={crn} directory={directory} done={() => onOpenChange(false)} />
    </Modal>
  );
}

type Kind = 'all' | 'topic' | 'group' | 'transactional-id';

const kinds: readonly (readonly [Kind, string])[] = [
  ['all', 'Everything in it'],
  ['topic', 'Topics'],
  ['group', 'Consumer groups'],
  ['transactional-id', 'Transactional ids'],
];

interface FormProps {
  readonly crn: string;
  readonly directory: Directory;
  readonly done: () => void;
}

function Form({ crn, directory, done }: FormProps) {
  const queries = useQueryClient();
  const [place, setPlace] = useState(crn);
  const [kind, setKind] = useState<Kind>('all');
  const [name, setName] = useState('');
  const [isPrefix, setPrefix] = useState(true);
  const [principal, setPrincipal] = useState('');
  const [chosen, setChosen] = useState<RoleName | ''>('');
  const isCluster = place.includes('/kafka=');
  const within = isCluster && kind !== 'all';
  const pattern = within ? `${place}/${kind}=${encodeURIComponent(name)}${isPrefix ? '*' : ''}` : place;
  const isWhole = !within || isPrefix || name !== '';
  const permissions = usePermissions(isWhole ? pattern : null);
  const grantable = permissions.data?.grantable_roles ?? [];
  const role = grantable.find((one) => one === chosen);
  const add = useMutation({
    mutationFn: (role_name: RoleName) =>
      call(createRoleBinding, { body: { principal: `User:${principal}`, role_name, crn_pattern: pattern } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: bindingsKey });
      done();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (role !== undefined && principal !== '') add.mutate(role);
      }}
    >
      <Places crn={crn} directory={directory} place={place} onPlace={setPlace} />
      {isCluster && (
        <Select
          label="In it"
          value={kind}
          onChange={({ target }) => setKind(kinds.find(([one]) => one === target.value)?.[0] ?? 'all')}
        >
          {kinds.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      )}
      {within && (
        <div className="grid gap-2">
          <Field
            label="Name"
            value={name}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setName(event.target.value)}
          />
          <label className="flex items-center gap-2.5">
            <input
              type="checkbox"
              className="accent-(--accent)"
              checked={isPrefix}
              onChange={(event) => setPrefix(event.target.checked)}
            />
            All that begin so
          </label>
        </div>
      )}
      {permissions.data !== undefined && grantable.length === 0 ? (
        <Notice tone="warn">You may give no roles there. Its administrators can.</Notice>
      ) : (
        <Select
          label="Role"
          value={role ?? ''}
          hint={role === undefined ? 'What each may do stands at the end of the page.' : roles[role].summary}
          onChange={({ target }) => setChosen(grantable.find((one) => one === target.value) ?? '')}
        >
          <option value="">Choose a role</option>
          {grantable.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </Select>
      )}
      <Principals directory={directory} principal={principal} onPrincipal={setPrincipal} />
      {add.error !== null && <Notice tone="danger">{sentenceOf(add.error)}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={done}>Cancel</Button>
        <Button
          type="submit"
          look="primary"
          busy={add.isPending}
          disabled={role === undefined || principal === ''}
        >
          Give role
        </Button>
      </div>
    </form>
  );
}

interface PlacesProps {
  readonly crn: string;
  readonly directory: Directory;
  readonly place: string;
  readonly onPlace: (crn: string) => void;
}

function Places({ crn, directory, place, onPlace }: PlacesProps) {
  return (
    <Select label="On" value={place} onChange={({ target }) => onPlace(target.value)}>
      <option value={crn}>The whole organization</option>
      <optgroup label="Environments">
        {directory.environments.map((one) => (
          <option key={one.id} value={one.metadata.resource_name}>
            {one.display_name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Clusters">
        {directory.clusters.map((one) => (
          <option key={one.id} value={one.metadata.resource_name}>
            {one.spec.display_name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Service accounts">
        {directory.accounts.map((one) => (
          <option key={one.id} value={one.metadata.resource_name}>
            {one.display_name}
          </option>
        ))}
      </optgroup>
    </Select>
  );
}

interface PrincipalsProps {
  readonly directory: Directory;
  readonly principal: string;
  readonly onPrincipal: (id: string) => void;
}

function Principals({ directory, principal, onPrincipal }: PrincipalsProps) {
  return (
    <Select label="To" value={principal} onChange={({ target }) => onPrincipal(target.value)}>
      <option value="">Choose who gets it</option>
      <optgroup label="People">
        {directory.users.map((user) => (
          <option key={user.id} value={user.id}>
            {user.full_name} ({user.email})
          </option>
        ))}
      </optgroup>
      <optgroup label="Service accounts">
        {directory.accounts.map((one) => (
          <option key={one.id} value={one.id}>
            {one.display_name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Groups of single sign-on">
        {directory.groups.map((one) => (
          <option key={one.id} value={one.id}>
            {one.display_name}
          </option>
        ))}
      </optgroup>
    </Select>
  );
}
