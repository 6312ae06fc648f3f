'use client';

import { useMutation } from '@tanstack/react-query';
import { type DeletedCluster, deleteClusterForGood, restoreCluster } from '@weir/contracts/deleted-clusters';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';

export function DeletedClusters({ clusters }: { readonly clusters: readonly DeletedCluster[] }) {
  if (clusters.length === 0) {
    return (
      <p className="rounded-lg border border-dashed border-line-strong bg-surface px-6 py-10 text-center text-ink-soft">
        There is nothing that you could restore.
      </p>
    );
  }
  return (
    <ul aria-label="Deleted clusters" className="grid grid-cols-1 gap-3">
      {clusters.map((cluster) => (
        <Row key={cluster.id} cluster={cluster} />
      ))}
    </ul>
  );
}

function Row({ cluster }: { readonly cluster: DeletedCluster }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { display_name: name, config, environment } = cluster.spec;
  const params = { id: cluster.id };
  const restore = useMutation({
    mutationFn: () => call(restoreCluster, { params }),
    onSuccess: () => {
      router.push(`/clusters/${cluster.id}`);
      router.refresh();
    },
  });
  const remove = useMutation({
    mutationFn: () => call(deleteClusterForGood, { params }),
    onSuccess: () => {
      setOpen(false);
      router.refresh();
    },
  });
  return (
    <li className="grid min-w-0 grid-cols-1 gap-3 rounded-lg border border-line bg-surface p-4">
      <div className="min-w-0">
        <h2 className="text-[15px] font-semibold break-all">{name}</h2>
        <p className="text-[13px] text-ink-soft">
          {config.kind}, <span className="font-mono">{cluster.id}</span>, in {environment.display_name}
        </p>
      </div>
      <p className="text-[13px]">
        Deleted {dateText(cluster.status.deleted_at)}. It can be restored until{' '}
        <strong>{dateText(cluster.status.restorable_until)}</strong>.
      </p>
      <MonthlyCost
        about={`restored ${cluster.id}`}
        ask={async (signal) => {
          const given = { params, query: { dry_run: 'true' as const } };
          return (await call(restoreCluster, given, signal)).dry_run_cost;
        }}
      />
      {restore.error !== null && <Notice tone="danger">{sentenceOf(restore.error)}</Notice>}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" busy={restore.isPending} onClick={() => restore.mutate()}>
          Restore <span className="sr-only">{name}</span>
        </Button>
        <Button look="danger" onClick={() => setOpen(true)}>
          Delete for good <span className="sr-only">{name}</span>
        </Button>
      </div>
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Delete this cluster for good?"
        description={`All that ${name} (${cluster.id}) holds is removed at once. Nobody can bring it back, and nothing of it is counted any more.`}
        name={name}
        action="Delete for good"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}
