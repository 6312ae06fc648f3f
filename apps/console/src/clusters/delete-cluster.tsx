'use client';

import { useMutation } from '@tanstack/react-query';
import { type Cluster, deleteCluster } from '@weir/contracts/clusters';
import { restorableDays } from '@weir/contracts/deleted-clusters';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { askDryRun, call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';

/** What is kept meanwhile, and is counted. */
const keptText = (cluster: Cluster): string =>
  cluster.spec.config.kind === 'Dedicated'
    ? ', in which its brokers do not run and its units are free for another cluster; what it stores is kept, and counted as stored'
    : ', in which what it stores is kept, and counted as stored';

export function DeleteCluster({ cluster }: { readonly cluster: Cluster }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { display_name: name, deletion_protection: isProtected } = cluster.spec;
  const remove = useMutation({
    mutationFn: () => call(deleteCluster, { params: { id: cluster.id } }),
    onSuccess: () => {
      router.push('/clusters');
      router.refresh();
    },
  });
  return (
    <Card title="Delete">
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <p className="max-w-md text-ink-soft">
          {isProtected
            ? 'Deletion protection is on. Turn it off above to delete this cluster.'
            : `Deletes the cluster with its topics, messages, keys and ACLs. For ${restorableDays} days it can be restored.`}
        </p>
        <Button look="danger" disabled={isProtected} onClick={() => setOpen(true)}>
          Delete cluster
        </Button>
      </div>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Delete this cluster?"
        description={`${name} (${cluster.id}) goes with all its topics, messages, keys and ACLs, and connected clients are cut off. You can restore all of it for ${restorableDays} days${keptText(cluster)}; then it is gone for good.`}
        name={name}
        action="Delete cluster"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      >
        <MonthlyCost
          about={`deleted cluster ${cluster.id}`}
          ask={async (signal) => {
            const given = { params: { id: cluster.id }, query: { dry_run: 'true' as const } };
            return (await askDryRun(deleteCluster, given, signal)).dry_run_cost;
          }}
        />
      </ConfirmByName>
    </Card>
  );
}
