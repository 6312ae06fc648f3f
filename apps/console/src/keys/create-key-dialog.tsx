'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { displayName } from '@weir/contracts/envelope';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { sentenceOf } from '../api/browser.ts';
import { SnippetTabs } from '../clusters/snippet-tabs.tsx';
import type { Bootstrap } from '../snippets/bootstrap.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { SecretOnce } from './secret-once.tsx';
import { useCreateKey } from './use-create-key.ts';
import { useOwners } from './use-owners.ts';

const Form = z.object({
  display_name: displayName,
  owner: z.string(),
  opens: z.string(),
  days: z.string(),
});
type Form = z.infer<typeof Form>;

const lifetimes = [
  { value: '', text: 'Never' },
  { value: '30', text: 'In 30 days' },
  { value: '90', text: 'In 90 days' },
  { value: '365', text: 'In a year' },
];
const dayMs = 86_400_000;

/** What a key is to open: a cluster with its address, or the control plane. */
export type KeyGoal = { readonly id: string; readonly bootstrap: Bootstrap | null } | 'cloud';

/** Whom a new key acts for, where that is settled; what it opens is chosen then. */
export interface SettledOwner {
  readonly id: string;
  readonly clusters: readonly { readonly id: string; readonly name: string }[];
}

interface Props {
  readonly goal: KeyGoal;
  readonly forOwner?: SettledOwner;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function CreateKeyDialog({ goal, forOwner, open, onOpenChange }: Props) {
  const opens = goal === 'cloud' ? 'the control plane: its API, and Terraform' : 'this cluster';
  return (
    <Modal
      wide
      open={open}
      onOpenChange={onOpenChange}
      title="Create an API key"
      description={
        forOwner === undefined
          ? `It opens ${opens}, and acts for whom you choose.`
          : 'It acts for this service account.'
      }
    >
      <CreateKey goal={goal} forOwner={forOwner} done={() => onOpenChange(false)} />
    </Modal>
  );
}

interface CreateKeyProps {
  readonly goal: KeyGoal;
  readonly forOwner: SettledOwner | undefined;
  readonly done: () => void;
}

function CreateKey({ goal, forOwner, done }: CreateKeyProps) {
  const create = useCreateKey(goal === 'cloud' ? 'cloud' : goal.id);
  const { id, spec } = create.data ?? {};
  if (id === undefined || spec?.secret === undefined) {
    return <KeyForm create={create} forOwner={forOwner} done={done} />;
  }
  return (
    <div className="grid grid-cols-1 gap-4">
      <SecretOnce keyId={id} secret={spec.secret} />
      {goal !== 'cloud' && goal.bootstrap !== null && (
        <SnippetTabs connect={{ bootstrap: goal.bootstrap, keyId: id, secret: spec.secret }} />
      )}
      <div className="flex justify-end">
        <Button look="primary" onClick={done}>
          I have stored the secret
        </Button>
      </div>
    </div>
  );
}

interface FormProps {
  readonly create: ReturnType<typeof useCreateKey>;
  readonly forOwner: SettledOwner | undefined;
  readonly done: () => void;
}

function KeyForm({ create, forOwner, done }: FormProps) {
  const owners = useOwners().filter(({ id }) => id.startsWith('sa-'));
  const { register, handleSubmit, formState } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: { owner: forOwner?.id ?? '', opens: forOwner?.clusters[0]?.id ?? 'cloud', days: '' },
  });
  const submit = handleSubmit(({ display_name: name, owner, opens, days }) =>
    create.mutate({
      name,
      ...(owner === '' ? {} : { ownerId: owner }),
      ...(forOwner === undefined ? {} : { opens }),
      ...(days === '' ? {} : { expiresAt: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
    }),
  );
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name"
        placeholder="orders-service"
        autoComplete="off"
        hint="Where it will be used, so that you know it again."
        error={formState.errors.display_name?.message}
        {...register('display_name')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        {forOwner === undefined ? (
          <Choice
            label="Acts for"
            options={[
              { value: '', text: 'You' },
              ...owners.map(({ id, name }) => ({ value: id, text: `${name} (${id})` })),
            ]}
            {...register('owner')}
          />
        ) : (
          <Choice
            label="Opens"
            options={[
              ...forOwner.clusters.map(({ id, name }) => ({ value: id, text: `${name} (${id})` })),
              { value: 'cloud', text: 'The control plane' },
            ]}
            {...register('opens')}
          />
        )}
        <Choice label="Expires" options={lifetimes} {...register('days')} />
      </div>
      {create.error !== null && <Notice tone="danger">{sentenceOf(create.error)}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={done}>Cancel</Button>
        <Button type="submit" look="primary" busy={create.isPending}>
          {create.isPending ? 'Creating…' : 'Create key'}
        </Button>
      </div>
    </form>
  );
}
