'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { limitsOfDedicated, limitsOfStandard } from '@weir/contracts/cluster-kinds';
import { type Cluster, type ClusterConfig, updateCluster } from '@weir/contracts/clusters';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { MonthlyCost } from '../billing/monthly-cost.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { limitLines } from './kinds.ts';
import { unitsField, unitsMinOf, unitsText } from './units.ts';

const lookEveryMs = 2_000;

/** How large the cluster is, and what can be done about that: units of a dedicated one, Standard of a Basic one. */
export function ClusterSize({ cluster }: { readonly cluster: Cluster }) {
  const { config } = cluster.spec;
  switch (config.kind) {
    case 'Basic':
      return <BecomeStandard cluster={cluster} />;
    case 'Standard':
      return null;
    case 'Dedicated':
      return <Units cluster={cluster} cku={config.cku} />;
  }
}

const costOf = async (cluster: Cluster, config: ClusterConfig, signal: AbortSignal) => {
  const given = {
    params: { id: cluster.id },
    query: { dry_run: 'true' as const },
    body: { spec: { config } },
  };
  return (await call(updateCluster, given, signal)).dry_run_cost;
};

function BecomeStandard({ cluster }: { readonly cluster: Cluster }) {
  const router = useRouter();
  const change = useMutation({
    mutationFn: () =>
      call(updateCluster, { params: { id: cluster.id }, body: { spec: { config: { kind: 'Standard' } } } }),
    onSuccess: () => router.refresh(),
  });
  return (
    <Card title="Kind">
      <div className="grid gap-3 p-4">
        <p className="text-ink-soft">
          This is a Basic cluster. As a Standard one it may use {limitLines(limitsOfStandard).join('; ')}.
          Clients go on meanwhile, and notice nothing. It does not become Basic again.
        </p>
        <MonthlyCost
          about={`standard ${cluster.id}`}
          ask={(signal) => costOf(cluster, { kind: 'Standard' }, signal)}
        />
        {change.error !== null && <Notice tone="danger">{sentenceOf(change.error)}</Notice>}
        <div>
          <Button busy={change.isPending} onClick={() => change.mutate()}>
            Make it Standard
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Units({ cluster, cku }: { readonly cluster: Cluster; readonly cku: number }) {
  const router = useRouter();
  const Form = z.object({ cku: unitsField(unitsMinOf(cluster.spec.availability)) });
  const { register, handleSubmit, formState, setError, watch } = useForm<
    { cku: string },
    unknown,
    { cku: number }
  >({
    resolver: zodResolver(Form),
    values: { cku: String(cku) },
  });
  const asked = Form.safeParse(watch());
  const has = cluster.status.cku ?? 0;
  const isChanging = has !== cku;
  useEffect(() => {
    if (!isChanging) return;
    const timer = setInterval(() => router.refresh(), lookEveryMs);
    return () => clearInterval(timer);
  }, [isChanging, router]);
  const submit = handleSubmit(async (form) => {
    try {
      const spec = { config: { kind: 'Dedicated' as const, cku: form.cku } };
      await call(updateCluster, { params: { id: cluster.id }, body: { spec } });
      router.refresh();
    } catch (cause) {
      setError('cku', { message: sentenceOf(cause) });
    }
  });
  return (
    <Card title="Size">
      <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4 p-4">
        <p className="text-ink-soft">
          {unitsText(cku)} may use {limitLines(limitsOfDedicated(cku)).join('; ')}.
        </p>
        <Field
          label="Units"
          inputMode="numeric"
          autoComplete="off"
          hint="Brokers come and go while the cluster serves, and what they hold moves first. The address stays."
          error={formState.errors.cku?.message}
          {...register('cku')}
        />
        <MonthlyCost
          about={`units ${cluster.id} ${cku} ${asked.data?.cku}`}
          ask={
            asked.success && asked.data.cku !== cku
              ? (signal) => costOf(cluster, { kind: 'Dedicated', cku: asked.data.cku }, signal)
              : null
          }
        />
        {isChanging && (
          <Notice tone="warn">
            <span>
              {has === 0
                ? 'Its brokers are being started.'
                : `From ${unitsText(has)} to ${unitsText(cku)}: under way. Clients go on meanwhile.`}
            </span>
          </Notice>
        )}
        <div>
          <Button type="submit" look="primary" busy={formState.isSubmitting}>
            Change size
          </Button>
        </div>
      </form>
    </Card>
  );
}
