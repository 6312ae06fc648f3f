import { RE2JS, RE2JSException } from 're2js';

/** A client's regular expression, and names that the client may know of. */
export interface NameMatch {
  readonly pattern: string;
  readonly names: readonly string[];
}

/** Instructions of a compiled expression: with it the time for a name is bounded, a few milliseconds at most. */
const programSizeMax = 2_000;

/**
 * The names that match as a whole, in order; null where the text is no regular expression of RE2, as Kafka has it, or
 * is larger than one may be. In time linear to the names; it is a worker's all the same, since others would wait.
 */
export function runNameMatch({ pattern, names }: NameMatch): readonly string[] | null {
  const compiled = compile(pattern);
  if (compiled === null || compiled.programSize() > programSizeMax) return null;
  return names.filter((name) => compiled.matches(name)).sort();
}

function compile(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    if (cause instanceof RE2JSException) return null;
    throw cause;
  }
}
