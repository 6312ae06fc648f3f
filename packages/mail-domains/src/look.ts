/** How long a domain whose record is gone from DNS still counts. */
export const missingMsMax = 7 * 24 * 3_600_000;
/** How old an answer of DNS may be when somebody signs in by a domain. */
export const checkedMsMax = 24 * 3_600_000;

const recordPrefix = '_weir-challenge.';
const valuePrefix = 'weir-domain-verification=';

export const recordNameOf = (domain: string): string => `${recordPrefix}${domain}`;
export const recordValueOf = (challenge: string): string => `${valuePrefix}${challenge}`;

interface Standing {
  readonly verifiedAt: Date | null;
  readonly missingSince: Date | null;
}

/** What becomes of a domain when DNS was asked. One that was proved is given a week to come back. */
export const afterLook = ({ missingSince, verifiedAt }: Standing, isThere: boolean, now: Date) => {
  if (isThere) return { verifiedAt: verifiedAt ?? now, checkedAt: now, missingSince: null };
  if (verifiedAt === null) return { verifiedAt: null, checkedAt: now, missingSince: null };
  const since = missingSince ?? now;
  const isOver = now.getTime() - since.getTime() >= missingMsMax;
  return { verifiedAt: isOver ? null : verifiedAt, checkedAt: now, missingSince: since };
};
