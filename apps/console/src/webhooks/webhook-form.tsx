'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { CreateWebhookInput, type Webhook, WebhookEventType } from '@weir/contracts/webhooks';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { eventTexts } from './event-texts.ts';

const { display_name, url } = CreateWebhookInput.shape.spec.shape;
const Form = z.object({ name: display_name, url, events: z.array(WebhookEventType) });
type Form = z.infer<typeof Form>;

export interface WebhookWish {
  readonly display_name: string;
  readonly url: string;
  readonly event_types: WebhookEventType[];
}

interface Props {
  /** What is changed; null: a new one. */
  readonly webhook: Webhook | null;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onSave: (wish: WebhookWish) => void;
}

const all = WebhookEventType.options;

export function WebhookForm({ busy, error, onSave, webhook }: Props) {
  const told = webhook?.spec.event_types ?? [];
  const { formState, handleSubmit, register } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: {
      name: webhook?.spec.display_name ?? '',
      url: webhook?.spec.url ?? '',
      events: told.length === 0 ? [...all] : told,
    },
  });
  const submit = handleSubmit((form) =>
    onSave({
      display_name: form.name,
      url: form.url,
      // All of them is also what there is not yet.
      event_types: form.events.length === all.length ? [] : form.events,
    }),
  );
  const { errors } = formState;
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field label="Name" autoComplete="off" error={errors.name?.message} {...register('name')} />
      <Field
        label="Address"
        inputMode="url"
        autoComplete="off"
        placeholder="https://hooks.example.com/weir"
        error={errors.url?.message}
        {...register('url')}
      />
      <fieldset className="grid gap-1.5">
        <legend className="mb-1.5 font-medium">What it is told; nothing chosen is everything</legend>
        {all.map((type) => (
          <label key={type} className="flex items-start gap-2 text-[13px]">
            <input
              type="checkbox"
              value={type}
              className="mt-0.5 accent-(--accent)"
              {...register('events')}
            />
            {eventTexts[type]}
          </label>
        ))}
      </fieldset>
      {error !== null && <Notice tone="danger">{error}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy}>
          {busy ? 'Saving…' : 'Save webhook'}
        </Button>
      </div>
    </form>
  );
}
