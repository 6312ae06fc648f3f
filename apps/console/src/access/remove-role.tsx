'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteRoleBinding, type RoleBinding } from '@weir/contracts/role-bindings';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { bindingsKey, usePermissions } from './use-access.ts';

interface Props {
  readonly binding: RoleBinding;
  readonly principal: string;
  readonly resource: string;
  readonly isOwn: boolean;
}

/** Others' bindings are shown to who may take them away; of one's own that has to be asked. */
export function RemoveRole({ binding, principal, resource, isOwn }: Props) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const { data } = usePermissions(isOwn ? binding.crn_pattern : null);
  const may = !isOwn || data?.permissions.includes('role-binding:manage') === true;
  const remove = useMutation({
    mutationFn: () => call(deleteRoleBinding, { params: { id: binding.id } }),
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries({ queryKey: bindingsKey });
    },
  });
  if (!may) return <p className="text-[13px] text-ink-soft">Only who administers it can take it away.</p>;
  return (
    <>
      <Button
        look="danger"
        size="small"
        aria-label={`Take ${binding.role_name} on ${resource} from ${principal}`}
        onClick={() => setOpen(true)}
      >
        Take away
      </Button>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Take this role away?"
        description={`${principal} loses ${binding.role_name} on ${resource}, in the console, the API and with every key, within five seconds.`}
      >
        <div className="grid gap-4">
          {remove.error !== null && <Notice tone="danger">{sentenceOf(remove.error)}</Notice>}
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
              Take away
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
