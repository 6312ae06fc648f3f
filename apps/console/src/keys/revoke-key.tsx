'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ApiKey, deleteApiKey } from '@weir/contracts/iam';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';

export function RevokeKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const revoke = useMutation({
    mutationFn: () => call(deleteApiKey, { params: { id: apiKey.id } }),
    onSuccess: async () => {
      setOpen(false);
      await queries.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <>
      <Button look="danger" size="small" aria-label={`Revoke ${apiKey.id}`} onClick={() => setOpen(true)}>
        Revoke
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Revoke this key?"
        description={`Clients that use ${apiKey.id} are disconnected within seconds and cannot come back. This cannot be undone.`}
        name={apiKey.id}
        action="Revoke key"
        busy={revoke.isPending}
        error={revoke.error === null ? null : sentenceOf(revoke.error)}
        onConfirm={() => revoke.mutate()}
      />
    </>
  );
}
