/** `50, 80` → `[50, 80]`; what is no number stays one that no contract takes. */
export const percentsOf = (text: string): number[] =>
  text
    .split(',')
    .map((each) => each.trim().replace(/\s*%$/, ''))
    .filter((each) => each !== '')
    .map((each) => (/^\d{1,6}$/.test(each) ? Number(each) : Number.NaN));

export const percentsText = (percents: readonly number[]): string =>
  percents.toSorted((one, other) => one - other).join(', ');
