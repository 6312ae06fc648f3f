import { clientQuotaPrincipalsMax, clientQuotasMax } from '@weir/contracts/client-quotas';

interface Existing {
  readonly id: string;
  readonly principals: readonly string[];
}

export type QuotaRefusal =
  | { readonly kind: 'too-many'; readonly what: string; readonly limit: number }
  | { readonly kind: 'taken'; readonly principal: string; readonly by: string };

/** Why a quota with those principals cannot be beside the others of its cluster; null when it can. */
export const quotaRefusal = (
  id: string,
  principals: readonly string[],
  existing: readonly Existing[],
): QuotaRefusal | null => {
  const others = existing.filter((quota) => quota.id !== id);
  if (others.length >= clientQuotasMax) {
    return { kind: 'too-many', what: 'client quotas', limit: clientQuotasMax };
  }
  const count = others.reduce((sum, quota) => sum + quota.principals.length, principals.length);
  if (count > clientQuotaPrincipalsMax) {
    return { kind: 'too-many', what: 'principals with a quota', limit: clientQuotaPrincipalsMax };
  }
  const takenBy = new Map(others.flatMap((quota) => quota.principals.map((one) => [one, quota.id] as const)));
  for (const principal of principals) {
    const by = takenBy.get(principal);
    if (by !== undefined) return { kind: 'taken', principal, by };
  }
  return null;
};
