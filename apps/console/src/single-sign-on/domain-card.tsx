'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createSsoDomain,
  deleteSsoDomain,
  listSsoDomains,
  type SsoDomain,
  SsoDomainInput,
  verifySsoDomain,
} from '@weir/contracts/single-sign-on';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Field } from '../ui/field.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const queryKey = ['sso-domains'];

export function DomainCard() {
  const { data, error } = useQuery({ queryKey, queryFn: ({ signal }) => call(listSsoDomains, {}, signal) });
  return (
    <Card title="Domains">
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          What stands behind the @ of your people’s addresses. A record in DNS proves that it is yours.
        </p>
        <AddDomain />
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        {data === undefined && error === null && <Skeleton className="h-12" />}
      </div>
      <ul aria-label="Domains">
        {data?.data.map((domain) => (
          <Row key={domain.id} domain={domain} />
        ))}
      </ul>
    </Card>
  );
}

function AddDomain() {
  const queries = useQueryClient();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState, reset } = useForm<z.input<typeof SsoDomainInput>>({
    resolver: zodResolver(SsoDomainInput),
  });
  const submit = handleSubmit(async (body) => {
    setRefusal(null);
    try {
      await call(createSsoDomain, { body });
      reset();
      await queries.invalidateQueries({ queryKey });
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-3">
      <Field
        label="Domain"
        autoComplete="off"
        spellCheck={false}
        placeholder="example.com"
        error={formState.errors.domain?.message}
        {...register('domain')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div>
        <Button type="submit" busy={formState.isSubmitting}>
          Add domain
        </Button>
      </div>
    </form>
  );
}

function Row({ domain }: { readonly domain: SsoDomain }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const params = { id: domain.id };
  const refresh = () => queries.invalidateQueries({ queryKey });
  const verify = useMutation({
    mutationFn: () => call(verifySsoDomain, { params }),
    onSettled: refresh,
  });
  const remove = useMutation({ mutationFn: () => call(deleteSsoDomain, { params }), onSuccess: refresh });
  return (
    <li className="grid gap-3 border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 font-medium break-all">
          {domain.domain}{' '}
          <span className={`text-[13px] font-normal ${domain.is_verified ? 'text-good' : 'text-warn'}`}>
            {domain.is_verified ? 'proved' : 'not proved yet'}
          </span>
        </p>
        <div className="flex gap-2">
          {!domain.is_verified && (
            <Button size="small" busy={verify.isPending} onClick={() => verify.mutate()}>
              Look in DNS
            </Button>
          )}
          <Button
            look="danger"
            size="small"
            aria-label={`Give ${domain.domain} up`}
            onClick={() => setOpen(true)}
          >
            Give up
          </Button>
        </div>
      </div>
      {!domain.is_verified && (
        <dl className="grid grid-cols-1 gap-x-4 gap-y-1 text-[13px] sm:grid-cols-[auto_minmax(0,1fr)_auto]">
          <RecordPart term="TXT record" text={domain.record_name} />
          <RecordPart term="Value" text={domain.record_value} />
        </dl>
      )}
      {domain.missing_since !== null && (
        <Notice tone="warn">
          DNS has had no record since {dateText(domain.missing_since)}. A week after that nobody signs in by
          this domain.
        </Notice>
      )}
      {verify.error !== null && <Notice tone="danger">{sentenceOf(verify.error)}</Notice>}
      <ConfirmByName
        open={open}
        onOpenChange={setOpen}
        title="Give this domain up?"
        description={`Nobody with an address of ${domain.domain} signs in by single sign-on any more.`}
        name={domain.domain}
        action="Give up"
        busy={remove.isPending}
        error={remove.error === null ? null : sentenceOf(remove.error)}
        onConfirm={() => remove.mutate()}
      />
    </li>
  );
}

function RecordPart({ term, text }: { readonly term: string; readonly text: string }) {
  return (
    <>
      <dt className="text-ink-soft">{term}</dt>
      <dd className="min-w-0 sm:col-span-2">
        <span className="flex items-start justify-between gap-2">
          <code className="break-all">{text}</code>
          <CopyButton text={text} label={`Copy the ${term.toLowerCase()}`} />
        </span>
      </dd>
    </>
  );
}
