import type { SpendScope } from '@weir/contracts/spend-scope';

/** What a limit or a budget can be of. */
export interface SpendScopeChoice extends SpendScope {
  readonly name: string;
}

const kinds: Readonly<Record<SpendScope['kind'], string>> = {
  organization: 'Organization',
  environment: 'Environment',
  cluster: 'Cluster',
  'service-account': 'Service account',
  'api-key': 'Key',
};

/** Of what has gone meanwhile the kind and the id, which is all that is left. */
export const scopeName = (choices: readonly SpendScopeChoice[], scope: SpendScope): string =>
  choices.find(({ id, kind }) => id === scope.id && kind === scope.kind)?.name ??
  `${kinds[scope.kind]} ${scope.id}, which is not there any more`;
