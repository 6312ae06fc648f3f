import Link from 'next/link';
import { Button, buttonClass } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { type AuditQuery, isEmpty } from './audit-query.ts';

const families = [
  { value: '', text: 'Everything' },
  { value: 'cluster.*', text: 'Clusters' },
  { value: 'topic.*', text: 'Topics' },
  { value: 'acl.*', text: 'ACLs' },
  { value: 'api-key.*', text: 'Keys' },
  { value: 'client-quota.*', text: 'Quotas of clients' },
  { value: 'service-account.*', text: 'Service accounts' },
  { value: 'role-binding.*', text: 'Roles' },
  { value: 'environment.*', text: 'Environments' },
  { value: 'member.*', text: 'Members' },
  { value: 'invitation.*', text: 'Invitations' },
  { value: 'session.*', text: 'Sign-ins' },
  { value: 'user.*', text: 'Accounts' },
  { value: 'organization.*', text: 'The organization' },
  { value: 'audit-delivery.*', text: 'The delivery of this log' },
];

/** A form without a script: the address that it leads to can be kept, and sent to somebody. */
export function EventFilters({ query }: { readonly query: AuditQuery }) {
  const hasOwnAction = query.action !== '' && families.every(({ value }) => value !== query.action);
  const options = hasOwnAction ? [...families, { value: query.action, text: query.action }] : families;
  return (
    <form action="/audit" className="grid gap-3 sm:grid-cols-2 lg:grid-cols-5" aria-label="Which events">
      {query.actor !== '' && <input type="hidden" name="actor" value={query.actor} />}
      {query.resource !== '' && <input type="hidden" name="resource" value={query.resource} />}
      <Field
        label="Search"
        name="search"
        type="search"
        maxLength={255}
        defaultValue={query.search}
        placeholder="A name, an id, an address"
      />
      <Choice label="About" name="action" defaultValue={query.action} options={options} />
      <Choice
        label="Outcome"
        name="outcome"
        defaultValue={query.outcome}
        options={[
          { value: '', text: 'Any' },
          { value: 'SUCCESS', text: 'Done' },
          { value: 'DENIED', text: 'Denied' },
        ]}
      />
      <Field label="From (UTC)" name="from" type="date" defaultValue={query.from} />
      <Field label="To (UTC)" name="to" type="date" defaultValue={query.to} />
      <div className="flex flex-wrap items-center gap-2 sm:col-span-2 lg:col-span-5">
        <Button type="submit">Show</Button>
        {!isEmpty(query) && (
          <Link href="/audit" className={buttonClass('bare')}>
            Show everything
          </Link>
        )}
        {query.actor !== '' && <Only what="by" id={query.actor} />}
        {query.resource !== '' && <Only what="on" id={query.resource} />}
      </div>
    </form>
  );
}

function Only({ what, id }: { readonly what: 'by' | 'on'; readonly id: string }) {
  return (
    <span className="max-w-full rounded-md bg-sunken px-2 py-1 text-[13px] break-all">
      Only {what} <span className="font-mono">{id}</span>
    </span>
  );
}
