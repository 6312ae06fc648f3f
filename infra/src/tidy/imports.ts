import { codeOnly } from './code-only.ts';
import type { SourceFile } from './source-files.ts';

export interface Import {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

const pattern = /\b(import|export)\b(\s+type\b)?(?:[^'"`;()]*?\bfrom)?\s*\(?\s*(['"])([^'"\n]+)\3/g;

/** Every module a file names: static, dynamic, re-exported and side effects. */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = codeOnly(file.text, { strings: 'keep' });
  const outsideStrings = codeOnly(file.text, { strings: 'blank' });
  const matches = [...code.matchAll(pattern)].filter((match) => outsideStrings[match.index] !== ' ');
  return matches.map((match) => ({
    specifier: match[4] ?? '',
    isTypeOnly: match[2] !== undefined,
  }));
}
