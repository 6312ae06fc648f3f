import { readCrn, type Scope } from '@weir/contracts/crn';
import type { ScopeKind } from '@weir/contracts/roles';

export const scopeWords: Readonly<Record<ScopeKind, string>> = {
  organization: 'the organization',
  environment: 'an environment',
  cluster: 'a cluster',
  topic: 'topics',
  group: 'consumer groups',
  'transactional-id': 'transactional ids',
  'service-account': 'a service account',
};

/** What things are called by people, by their ids. */
export type Names = ReadonlyMap<string, string>;

const named = (names: Names, id: string): string => names.get(id) ?? id;

/** What a binding is on, for people: `topics orders-… in cluster shop`. */
export function resourceText(crnPattern: string, names: Names): string {
  const read = readCrn(crnPattern);
  return read.ok ? scopeText(read.crn.scope, names) : crnPattern;
}

function scopeText(scope: Scope, names: Names): string {
  switch (scope.kind) {
    case 'organization':
      return 'The whole organization';
    case 'environment':
      return `Environment ${named(names, scope.environmentId)}`;
    case 'cluster':
      return `Cluster ${named(names, scope.clusterId)}`;
    case 'service-account':
      return scope.serviceAccountId === '*'
        ? 'All service accounts'
        : `Service account ${named(names, scope.serviceAccountId)}`;
    case 'topic':
    case 'group':
    case 'transactional-id': {
      const kind = { topic: 'Topic', group: 'Group', 'transactional-id': 'Transactional id' }[scope.kind];
      const what = scope.isPrefix ? `${kind}s ${scope.name}…` : `${kind} ${scope.name}`;
      const all = scope.isPrefix && scope.name === '' ? `All ${kind.toLowerCase()}s` : what;
      return `${all} in cluster ${named(names, scope.clusterId)}`;
    }
  }
}

/** Of a principal as the API writes it, `User:u-…`. */
export function principalText(principal: string, names: Names): string {
  return named(names, principal.replace(/^User:/, ''));
}
