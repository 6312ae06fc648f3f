'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteTopic } from '@weir/contracts/topics';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { askDryRun, call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';

export function DeleteTopic({ clusterId, topic }: { readonly clusterId: string; readonly topic: string }) {
  const router = useRouter();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const remove = useMutation({
    mutationFn: () => call(deleteTopic, { params: { cluster_id: clusterId, topic_name: topic } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['topics', clusterId] });
      router.push(`/clusters/${clusterId}/topics`);
    },
  });
  return (
    <>
      <Button look="danger" size="small" onClick={() => setOpen(true)}>
        Delete topic
      </Button>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Delete this topic?"
        description={`All messages of ${topic} go, and so do the positions that consumer groups committed in it. This cannot be undone.`}
        name={topic}
        action="Delete topic"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      >
        <MonthlyCost
          about={`deleted topic ${clusterId} ${topic}`}
          ask={async (signal) => {
            const params = { cluster_id: clusterId, topic_name: topic };
            return (await askDryRun(deleteTopic, { params, query: { dry_run: 'true' } }, signal))
              .dry_run_cost;
          }}
        />
      </ConfirmByName>
    </>
  );
}
