'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { displayName } from '@weir/contracts/envelope';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { sentenceOf } from '../api/browser.ts';
import { SnippetTabs } from '../clusters/snippet-tabs.tsx';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { SecretOnce } from './secret-once.tsx';
import { useCreateKey } from './use-create-key.ts';

const Form = z.object({ display_name: displayName });

interface Props {
  readonly clusterId: string;
  readonly bootstrap: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function CreateKeyDialog({ clusterId, bootstrap, open, onOpenChange }: Props) {
  return (
    <Modal
      wide
      open={open}
      onOpenChange={onOpenChange}
      title="Create an API key"
      description="It acts for you in this cluster."
    >
      <CreateKey clusterId={clusterId} bootstrap={bootstrap} done={() => onOpenChange(false)} />
    </Modal>
  );
}

function CreateKey({
  clusterId,
  bootstrap,
  done,
}: {
  readonly clusterId: string;
  readonly bootstrap: string;
  readonly done: () => void;
}) {
  const create = useCreateKey(clusterId);
  const { register, handleSubmit, formState } = useForm<z.infer<typeof Form>>({
    resolver: zodResolver(Form),
  });
  const { id, spec } = create.data ?? {};
  if (id !== undefined && spec?.secret !== undefined) {
    return (
      <div className="grid grid-cols-1 gap-4">
        <SecretOnce keyId={id} secret={spec.secret} />
        <SnippetTabs connect={{ bootstrap, keyId: id, secret: spec.secret }} />
        <div className="flex justify-end">
          <Button look="primary" onClick={done}>
            I have stored the secret
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form
      method="post"
      noValidate
      className="grid gap-4"
      onSubmit={(event) => void handleSubmit(({ display_name }) => create.mutate(display_name))(event)}
    >
      <Field
        label="Name"
        placeholder="orders-service"
        autoComplete="off"
        hint="Where it will be used, so that you know it again."
        error={formState.errors.display_name?.message}
        {...register('display_name')}
      />
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
