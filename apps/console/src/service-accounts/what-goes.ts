/** What hangs on a service account, as far as the person sees it. */
export interface Hanging {
  readonly keys: number;
  readonly roles: number;
  /** Role bindings of others on it. */
  readonly rolesOnIt: number;
}

const counted = (count: number, one: string, many: string): string =>
  count === 0 ? `no ${one}` : count === 1 ? `1 ${one}` : `${count} ${many}`;

/** What a deletion takes with it and what it leaves, in sentences for who is about to do it. */
export function whatGoes({ keys, roles, rolesOnIt }: Hanging): readonly string[] {
  const lost =
    keys === 0
      ? 'It has no keys, so no client notices.'
      : `${counted(keys, 'key is', 'keys are')} revoked: clients that use ${keys === 1 ? 'it' : 'them'} are disconnected within seconds and cannot come back.`;
  const bindings = `It loses ${counted(roles, 'role', 'roles')}${
    rolesOnIt === 0 ? '' : `, and ${counted(rolesOnIt, 'role', 'roles')} of others on it end`
  }.`;
  return [
    lost,
    bindings,
    'ACLs, client quotas, spend limits and budgets that name it stay where they are. They apply to nobody any more: its id is never used again.',
  ];
}
