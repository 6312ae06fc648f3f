import type { KeyUse } from '@weir/contracts/api-key-secrets';
import type { ApiKey } from '@weir/contracts/iam';

/** The latest use of any of these keys; undefined: none was used. */
export function lastUseOf(keys: readonly ApiKey[]): KeyUse | undefined {
  let latest: KeyUse | undefined;
  for (const { status } of keys) {
    const use = status.last_use;
    if (use !== undefined && (latest === undefined || use.at > latest.at)) latest = use;
  }
  return latest;
}
