import type { SpendScope } from '@weir/contracts/spend-scope';

/** What a limit or a budget can be of. */
export interface SpendScopeChoice extends SpendScope {
  readonly name: string;
}

export const scopeName = (choices: readonly SpendScopeChoice[], scope: SpendScope): string =>
  choices.find(({ id, kind }) => id === scope.id && kind === scope.kind)?.name ?? scope.id;
