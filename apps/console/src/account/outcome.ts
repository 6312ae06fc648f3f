/** What came of the last click, in words. */
export interface Outcome {
  readonly tone: 'good' | 'danger';
  readonly words: string;
}
