/** `50, 80` → `[50, 80]`; what is no number stays one that no contract takes. */
export const percentsOf = (text: string): number[] =>
  text
    .split(',')
    .map((each) => each.trim().replace(/\s*%$/, ''))
    .filter((each) => each !== '')
    .map((each) => (/^\d{1,6}$/.test(each) ? Number(each) : Number.NaN));

export const percentsText = (percents: readonly number[]): string =>
  percents.toSorted((one, other) => one - other).join(', ');

/** Whichever of the numbers is wrong, the field has one place to say so. */
export const percentsError = (max: number, error: unknown): string | undefined =>
  error === undefined ? undefined : `Whole percents from 1 to ${max}, five at most, each once: 50, 80.`;
