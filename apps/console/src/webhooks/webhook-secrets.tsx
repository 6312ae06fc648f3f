'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createWebhookSecret,
  deleteWebhookSecret,
  listWebhookSecrets,
  type Webhook,
  type WebhookSecret,
  webhookSecretsMax,
} from '@weir/contracts/webhooks';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';

interface Props {
  readonly webhookId: Webhook['id'];
  readonly mayChange: boolean;
  readonly onSecret: (secret: string) => void;
}

/** The live secrets, each of which signs; a second one is the way to replace the first. */
export function WebhookSecrets({ mayChange, onSecret, webhookId: id }: Props) {
  const queries = useQueryClient();
  const queryKey = ['webhooks', id, 'secrets'];
  const params = { id };
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await call(listWebhookSecrets, { params }, signal)).data,
  });
  const onSettled = () => queries.invalidateQueries({ queryKey });
  const create = useMutation({
    mutationFn: () => call(createWebhookSecret, { params }),
    onSuccess: ({ secret }) => secret !== undefined && onSecret(secret),
    onSettled,
  });
  const retire = useMutation({
    mutationFn: (secretId: WebhookSecret['id']) =>
      call(deleteWebhookSecret, { params: { id, secret_id: secretId } }),
    onSettled,
  });
  const problem = error ?? create.error ?? retire.error;
  const isRotating = data?.length === webhookSecretsMax;
  return (
    <div className="grid gap-2 text-[13px]">
      {problem !== null && <Notice tone="danger">{sentenceOf(problem)}</Notice>}
      <ul aria-label="Secrets" className="grid gap-1.5">
        {data?.map((secret) => (
          <li key={secret.id} className="flex flex-wrap items-center justify-between gap-2">
            <span>
              Secret {secret.id}
              <span className="text-ink-soft"> · since {dateText(secret.metadata.created_at)}</span>
            </span>
            {mayChange && isRotating && (
              <Button
                look="danger"
                size="small"
                busy={retire.isPending && retire.variables === secret.id}
                onClick={() => retire.mutate(secret.id)}
              >
                Retire secret {secret.id}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && data !== undefined && !isRotating && (
        <div>
          <Button size="small" busy={create.isPending} onClick={() => create.mutate()}>
            Rotate the secret
          </Button>
        </div>
      )}
      {isRotating && (
        <p className="text-ink-soft">
          Requests are signed with both. Once your server knows the newer one, retire the other.
        </p>
      )}
    </div>
  );
}
