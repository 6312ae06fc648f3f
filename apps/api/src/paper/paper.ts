/** What is printed: an invoice or a credit note, in words. Amounts are text in the currency that the heading names. */
export interface Paper {
  /** `Invoice 12`. */
  readonly title: string;
  readonly writtenAt: Date;
  /** Who asks for the money; the first line is a name. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Numbers and dates, each with its name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly heading: PaperHeading;
  readonly rows: readonly PaperRow[];
  /** The last is what all comes to. */
  readonly sums: readonly (readonly [name: string, amount: string])[];
  readonly notes: readonly string[];
}

export interface PaperHeading {
  readonly words: string;
  readonly quantity: string;
  readonly amount: string;
}

export interface PaperRow extends PaperHeading {
  /** Below the words, smaller; empty: none. */
  readonly detail: string;
}
