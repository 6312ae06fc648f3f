'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createWebhook,
  listWebhooks,
  updateWebhook,
  type Webhook,
  webhooksMax,
} from '@weir/contracts/webhooks';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { SecretShown } from './secret-shown.tsx';
import { WebhookForm, type WebhookWish } from './webhook-form.tsx';
import { WebhookRow } from './webhook-row.tsx';

const refreshMs = 4_000;

/** All webhooks of the organization. */
export function WebhookCard({ mayChange }: { readonly mayChange: boolean }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState<'new' | Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const queryKey = ['webhooks'];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(listWebhooks, { query: { page_size: 100 } }, signal)).data,
    refetchInterval: refreshMs,
  });
  const save = useMutation({
    mutationFn: ({ of, spec }: { readonly of: 'new' | Webhook; readonly spec: WebhookWish }) =>
      of === 'new'
        ? call(createWebhook, { body: { spec } })
        : call(updateWebhook, { params: { id: of.id }, body: { spec } }),
    onSuccess: async (saved) => {
      setOpen(null);
      setSecret(saved.secret ?? null);
      await queries.invalidateQueries({ queryKey });
    },
  });
  const isFull = (data?.length ?? 0) >= webhooksMax;
  const begin = (of: 'new' | Webhook) => {
    save.reset();
    setOpen(of);
  };
  return (
    <Card
      title="Webhooks"
      aside={
        mayChange && (
          <Button size="small" disabled={isFull} onClick={() => begin('new')}>
            Add webhook
          </Button>
        )
      }
    >
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      {data?.length === 0 && (
        <p className="px-4 py-6 text-center text-ink-soft">
          No server is told of anything. People are told by mail all the same.
        </p>
      )}
      <ul aria-label="Webhooks">
        {data?.map((webhook) => (
          <WebhookRow
            key={webhook.id}
            webhook={webhook}
            mayChange={mayChange}
            onChange={() => begin(webhook)}
            onSecret={setSecret}
          />
        ))}
      </ul>
      <Modal
        open={open !== null}
        onOpenChange={(isOpen) => setOpen(isOpen ? open : null)}
        title={open === 'new' ? 'Add a webhook' : 'Change a webhook'}
        description="It is told by a POST over https, and again for three days until it answers with 2xx."
      >
        {open !== null && (
          <WebhookForm
            webhook={open === 'new' ? null : open}
            busy={save.isPending}
            error={save.error === null ? null : sentenceOf(save.error)}
            onSave={(spec) => save.mutate({ of: open, spec })}
          />
        )}
      </Modal>
      <SecretShown secret={secret} onClose={() => setSecret(null)} />
    </Card>
  );
}
