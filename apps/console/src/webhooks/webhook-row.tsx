'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteWebhook, testWebhook, updateWebhook, type Webhook } from '@weir/contracts/webhooks';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { eventTexts } from './event-texts.ts';
import { WebhookLog } from './webhook-log.tsx';
import { WebhookSecrets } from './webhook-secrets.tsx';

interface Props {
  readonly webhook: Webhook;
  readonly mayChange: boolean;
  readonly onChange: () => void;
  readonly onSecret: (secret: string) => void;
}

/** One webhook: where it leads, how that goes, what can be done, and below it its secrets and its log. */
export function WebhookRow({ mayChange, onChange, onSecret, webhook }: Props) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const { id, spec, status } = webhook;
  const params = { id };
  const onSettled = () => queries.invalidateQueries({ queryKey: ['webhooks'] });
  const turn = useMutation({
    mutationFn: () => call(updateWebhook, { params, body: { spec: { enabled: !spec.enabled } } }),
    onSettled,
  });
  const test = useMutation({
    mutationFn: () => call(testWebhook, { params }),
    onSuccess: () => setOpen(true),
    onSettled,
  });
  const remove = useMutation({ mutationFn: () => call(deleteWebhook, { params }), onSettled });
  const problem = test.error ?? turn.error;
  const button = (word: string) => ({ 'aria-label': `${word} ${spec.display_name}` });
  return (
    <li className="grid gap-3 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0 text-[13px]">
        <p className="text-sm font-medium break-words">{spec.display_name}</p>
        <p className="font-mono break-all text-ink-soft">{spec.url}</p>
        <p className="text-ink-soft">{toldText(webhook)}</p>
        <p className={status.phase === 'ENABLED' ? 'text-good' : 'text-danger'}>{phaseText(webhook)}</p>
      </div>
      <div className="flex flex-wrap gap-2">
        {mayChange && (
          <>
            <Button
              size="small"
              busy={test.isPending}
              disabled={!spec.enabled}
              {...button('Send a test to')}
              onClick={() => test.mutate()}
            >
              Send a test
            </Button>
            <Button size="small" {...button('Change')} onClick={onChange}>
              Change
            </Button>
            <Button size="small" busy={turn.isPending} onClick={() => turn.mutate()}>
              {spec.enabled ? 'Switch off' : 'Switch on'}
            </Button>
          </>
        )}
        <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Log and secrets
        </Button>
        {mayChange && (
          <Button look="danger" size="small" {...button('Delete')} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )}
      </div>
      {problem !== null && <Notice tone="danger">{sentenceOf(problem)}</Notice>}
      <ConfirmByName
        open={isDeleting}
        onOpenChange={setDeleting}
        title="Delete a webhook"
        description="Its secrets, its log and what waits for it are gone for good. Its server is told nothing more."
        name={spec.display_name}
        action="Delete webhook"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
      {isOpen && (
        <>
          <WebhookLog webhook={webhook} mayChange={mayChange} />
          <WebhookSecrets webhookId={id} mayChange={mayChange} onSecret={onSecret} />
        </>
      )}
    </li>
  );
}

const toldText = ({ spec }: Webhook) =>
  spec.event_types.length === 0
    ? 'Is told everything.'
    : `Is told: ${spec.event_types.map((type) => eventTexts[type].toLowerCase()).join('; ')}.`;

const reasons = {
  BY_HAND: 'Switched off.',
  FAILING: 'Switched off, since nothing was taken for three days.',
  GONE: 'Switched off, since it answered that it is to be told nothing more (410).',
} as const;

const phaseText = ({ status }: Webhook) => {
  if (status.phase === 'DISABLED') return reasons[status.disabled_reason ?? 'BY_HAND'];
  if (status.failing_since !== null) return `Takes nothing since ${dateText(status.failing_since)}.`;
  return 'In force.';
};
