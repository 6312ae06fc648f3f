'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  createInvitation,
  deleteInvitation,
  type Invitation,
  InvitationInput,
  InvitedRole,
  listInvitations,
} from '@weir/contracts/members';
import { roles } from '@weir/contracts/roles';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Select } from '../ui/select.tsx';

const queryKey = ['invitations'];
/** The role is chosen apart from what is typed. */
const Form = InvitationInput.pick({ email: true });

export function InvitationCard({ isVerified }: { readonly isVerified: boolean }) {
  const { data, error } = useQuery({ queryKey, queryFn: ({ signal }) => call(listInvitations, {}, signal) });
  return (
    <Card title="Invite somebody">
      <div className="grid gap-4 p-4">
        {isVerified ? (
          <InviteForm />
        ) : (
          <Notice tone="warn">Confirm your e-mail address first: it stands in the invitation.</Notice>
        )}
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      </div>
      <ul aria-label="Open invitations">
        {data?.data.map((invitation) => (
          <Row key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </Card>
  );
}

function InviteForm() {
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<{ readonly tone: 'good' | 'danger'; readonly words: string } | null>(
    null,
  );
  const [role, setRole] = useState<InvitedRole | null>('OrganizationAdmin');
  const { register, handleSubmit, formState, reset } = useForm<z.input<typeof Form>>({
    resolver: zodResolver(Form),
  });
  const submit = handleSubmit(async (body) => {
    try {
      await call(createInvitation, { body: { ...body, role_name: role } });
      reset();
      setOutcome({
        tone: 'good',
        words: `A mail is on its way to ${body.email}. Its link works for a week.`,
      });
      await queries.invalidateQueries({ queryKey });
    } catch (cause) {
      setOutcome({ tone: 'danger', words: sentenceOf(cause) });
    }
  });
  return (
    <form method="post" onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <Field
        label="E-mail"
        type="email"
        autoComplete="off"
        hint="Whoever has this address, and has confirmed it, may join."
        error={formState.errors.email?.message}
        {...register('email')}
      />
      <Select
        label="Role"
        value={role ?? ''}
        hint={role === null ? 'Give narrower roles on the page Access.' : roles[role].summary}
        onChange={({ target }) => setRole(InvitedRole.options.find((one) => one === target.value) ?? null)}
      >
        {InvitedRole.options.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        <option value="">No role yet</option>
      </Select>
      {outcome !== null && <Notice tone={outcome.tone}>{outcome.words}</Notice>}
      <div>
        <Button type="submit" look="primary" busy={formState.isSubmitting}>
          Invite
        </Button>
      </div>
    </form>
  );
}

function Row({ invitation }: { readonly invitation: Invitation }) {
  const queries = useQueryClient();
  const takeBack = useMutation({
    mutationFn: () => call(deleteInvitation, { params: { id: invitation.id } }),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line px-4 py-3">
      <div className="min-w-0">
        <p className="font-medium break-all">{invitation.email}</p>
        <p className="text-[13px] text-ink-soft">
          {invitation.role_name ?? 'No role'}. Invited {dateText(invitation.created_at)}, until{' '}
          {dateText(invitation.expires_at)}
        </p>
      </div>
      <Button
        size="small"
        busy={takeBack.isPending}
        aria-label={`Take the invitation of ${invitation.email} back`}
        onClick={() => takeBack.mutate()}
      >
        Take back
      </Button>
    </li>
  );
}
