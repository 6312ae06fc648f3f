/** A bug in the engine's own rules: what stands in a source file, and what is to stand there instead. */
export interface Mutant {
  readonly name: string;
  /** The rule that it breaks, in a sentence. */
  readonly what: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly before: string;
  readonly after: string;
  /** Where one broker alone shows it; in a cell it is found later. */
  readonly brokers?: 1;
  /** It is about the journal: each run has one. */
  readonly hasJournal?: true;
}

/** The file's text with the bug in it. Throws where the text that it replaces is not there exactly once. */
export function planted({ name, file, before, after }: Mutant, source: string): string {
  const [head, tail, ...more] = source.split(before);
  if (head === undefined || tail === undefined || more.length > 0) {
    const count = source.split(before).length - 1;
    throw new Error(`${name}: its text occurs ${count} times in ${file}, and must occur once:\n${before}`);
  }
  return head + after + tail;
}
