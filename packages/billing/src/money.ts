// Money is a bigint of micro-units: 1_000_000n is one dollar. Never a float.

export const microsPerUnit = 1_000_000n;
/** The smallest amount that is paid: a cent. */
export const microsPerCent = 10_000n;

/** `12345678n` → `12.345678`. */
export const decimalText = (micros: bigint): string => {
  const size = micros < 0n ? -micros : micros;
  const fraction = String(size % microsPerUnit).padStart(6, '0');
  return `${micros < 0n ? '-' : ''}${size / microsPerUnit}.${fraction}`;
};

/** The other way round. Throws RangeError for anything but what `decimalText` writes, with fewer decimals or none. */
export const microsOf = (text: string): bigint => {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new RangeError('an amount of money is written in digits, with six decimals at most');
  const [, sign, whole = '0', fraction = ''] = match;
  const size = BigInt(whole) * microsPerUnit + BigInt(fraction.padEnd(6, '0'));
  return sign === '-' ? -size : size;
};

export interface Payable {
  /** Whole cents, in micro-units. */
  readonly payable: bigint;
  /** What is left, and is added to the next amount: less than a cent, and never negative. */
  readonly carried: bigint;
}

/** Whole cents of an amount, rounded down. Payable amounts and the last remainder sum exactly to what was owed. */
export const toCents = (micros: bigint, carriedBefore = 0n): Payable => {
  const owed = micros + carriedBefore;
  const carried = ((owed % microsPerCent) + microsPerCent) % microsPerCent;
  return { payable: owed - carried, carried };
};

/**
 * A whole in parts by weight. Parts are those of the running sum, rounded down: they sum exactly to the whole, each is
 * less than one micro-unit away from its exact share, and the order of the weights is the order of the parts. Where all
 * weights are 0, so must the whole be.
 */
export const shareOut = (whole: bigint, weights: readonly bigint[]): readonly bigint[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (total === 0n) {
    if (whole !== 0n) throw new RangeError('there is nobody to share an amount out to');
    return weights.map(() => 0n);
  }
  let weightSoFar = 0n;
  let given = 0n;
  return weights.map((weight) => {
    weightSoFar += weight;
    const upToHere = (whole * weightSoFar) / total;
    const part = upToHere - given;
    given = upToHere;
    return part;
  });
};
