import { exportAuditEvents, type listAuditEvents } from '@weir/contracts/audit';
import type { QueryInputOf } from '@weir/contracts/operation';

/** What of the log a page shows, as its address has it: `/audit?action=cluster.*&from=2026-01-31`. */
export interface AuditQuery {
  readonly search: string;
  readonly action: string;
  readonly outcome: string;
  /** Days in UTC, `2026-01-31`, both shown. */
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly resource: string;
}

const names = ['search', 'action', 'outcome', 'from', 'to', 'actor', 'resource'] as const;
const day = /^\d{4}-\d\d-\d\d$/;
const dayMs = 86_400_000;

/** Of an address that anybody may have written: what cannot be is left out. */
export function auditQueryOf(given: Readonly<Record<string, string | string[] | undefined>>): AuditQuery {
  const text = (name: string) => {
    const value = given[name];
    return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
  };
  const dayIn = (name: string) =>
    day.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : '';
  const outcome = ['SUCCESS', 'DENIED'].includes(text('outcome')) ? text('outcome') : '';
  return {
    search: text('search'),
    action: text('action'),
    outcome,
    from: dayIn('from'),
    to: dayIn('to'),
    actor: text('actor'),
    resource: text('resource'),
  };
}

export const isEmpty = (query: AuditQuery): boolean => names.every((name) => query[name] === '');

/** The page that shows it. */
export function auditPath(query: AuditQuery, page?: string): string {
  const given = new URLSearchParams(
    names.flatMap((name) => (query[name] === '' ? [] : [[name, query[name]]])),
  );
  if (page !== undefined) given.set('page', page);
  const text = given.toString();
  return text === '' ? '/audit' : `/audit?${text}`;
}

type AuditFilters = Omit<QueryInputOf<typeof listAuditEvents>, 'page_size' | 'page_token'>;

/** The same as the API takes it. */
export function auditFilters(query: AuditQuery): AuditFilters {
  const { search, action, outcome, from, to, actor, resource } = query;
  return {
    ...(search === '' ? {} : { search }),
    ...(action === '' ? {} : { action }),
    ...(outcome === 'SUCCESS' || outcome === 'DENIED' ? { outcome } : {}),
    ...(from === '' ? {} : { start_time: `${from}T00:00:00.000Z` }),
    ...(to === '' ? {} : { end_time: new Date(Date.parse(to) + dayMs).toISOString() }),
    ...(actor === '' ? {} : { 'actor.id': actor }),
    ...(resource === '' ? {} : { 'resource.id': resource }),
  };
}

/** Where the browser gets all of it as a file. */
export function exportPath(query: AuditQuery): string {
  const filters = new URLSearchParams(
    Object.entries(auditFilters(query)).map(([name, value]) => [name, value ?? '']),
  );
  return `/api${exportAuditEvents.path}?${filters}`;
}
