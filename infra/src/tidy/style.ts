import { basename } from 'node:path/posix';
import { codeOnly } from './code-only.ts';
import type { Rule } from './laws.ts';
import { isTest } from './source-files.ts';

const fileLinesMax = 400;
const functionLinesMax = 60;

export const fitsOnAWall: Rule = ({ text }) => {
  const lines = text.trimEnd().split('\n').length;
  return lines > fileLinesMax ? [`${lines} lines; the wall is ${fileLinesMax}`] : [];
};

// Names that say nothing about what is inside. Next and Nest give their own files fixed names.
const emptyNames = /(^|[-.])(utils?|helpers?|common|managers?|misc|service\d+)([-.]|$)/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

export const hasTellingName: Rule = ({ path }) =>
  path.split('/').flatMap((part) => {
    // Next's route segments: [id], (group), @slot, _private.
    const name = part.replace(/^[[(@_]+\.{0,3}|[\])]+$/g, '').replace(/^\./, '');
    if (emptyNames.test(name)) return [`${part} says nothing about what is inside`];
    return kebab.test(name) ? [] : [`${part} is not kebab-case`];
  });

export const isNoBarrel: Rule = ({ path, text }) => {
  if (!/^index\.(ts|tsx|mts|js)$/.test(basename(path))) return [];
  const code = codeOnly(text, { strings: 'keep' });
  return /\bexport\s+(type\s+)?(\*|\{[^}]*\})[^;]*\bfrom\b/.test(code)
    ? ['a barrel: packages export subpaths']
    : [];
};

export const avoidsAny: Rule = ({ text }) =>
  /(:|\bas|[<,|&])\s*any\b(?!\s*[(:.])/.test(codeOnly(text, { strings: 'blank' }))
    ? ['uses the type any']
    : [];

const cast = /(?<!\[\]\s*)\bas\s+(?!const\b)[A-Za-z{([]/;
/** In TSX the words of a page are code to a simple reader; types there begin with a capital or a bracket. */
const castBesideMarkup = /(?<!\[\]\s*)\bas\s+(unknown\b|[A-Z{([])/;
const isRenaming = (line: string) => /\b(import|export)\b|\* as |^\s*(type )?\w+ as \w+,?$/.test(line);
const reasonLinesMax = 5;

/** A cast tells the compiler to stop checking; the reason stands in a comment on its line or just above. */
export const explainsCasts: Rule = ({ path, text }) => {
  if (isTest(path) || !/\.tsx?$/.test(path)) return [];
  const code = codeOnly(text, { strings: 'blank' }).split('\n');
  const lines = text.split('\n');
  return code.flatMap((line, at) => {
    const pattern = path.endsWith('.tsx') ? castBesideMarkup : cast;
    if (!pattern.test(line) || isRenaming(line)) return [];
    const near = lines.slice(Math.max(0, at - reasonLinesMax), at + 1);
    return near.some((other) => /\/\/|\/\*|^\s*\*/.test(other))
      ? []
      : [`line ${at + 1}: a cast without its reason`];
  });
};

const leftOpen = /\b(TODO|FIXME|XXX|HACK|WIP)\b/;

export const leavesNothingOpen: Rule = ({ path, text }) => {
  // This room has to name what it forbids.
  if (path.startsWith('infra/src/tidy/')) return [];
  const word = leftOpen.exec(text)?.[1];
  return word === undefined ? [] : [`says ${word}: finish it or open an issue`];
};

export const runsEveryTest: Rule = ({ path, text }) =>
  isTest(path) && /\b(test|it|describe)\.only\b/.test(codeOnly(text, { strings: 'blank' }))
    ? ['.only leaves the other tests out']
    : [];

export const readsBooleansExactly: Rule = ({ text }) =>
  /\bcoerce\s*\.\s*boolean\b/.test(codeOnly(text, { strings: 'blank' }))
    ? ['z.coerce.boolean() reads "false" as true']
    : [];

/**
 * Functions under 60 lines, told by Biome's formatting: a function ends at the first closing brace in the
 * column where its first line begins. Tests are stories and may be longer, and a component's markup is data.
 */
export const keepsFunctionsShort: Rule = ({ path, text }) => {
  if (isTest(path) || !/\.(ts|mts|mjs)$/.test(path)) return [];
  const lines = codeOnly(text, { strings: 'blank' }).split('\n');
  return lines.flatMap((line, at) => {
    const begins =
      /^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?function\b[^(]*|^(\s*)(?:(?:static|async|get|set|override|public|private)\s+)*(#?\w+)\([^;]*\{$|^(\s*)(?:export\s+)?const\s+\w+.*=>\s*\{$/.exec(
        line,
      );
    if (begins === null || /^\s*(if|for|while|switch|catch|return|else)\b/.test(line)) return [];
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, index) => index > at && other.startsWith(`${indent}}`));
    const length = end === -1 ? 0 : end - at + 1;
    return length > functionLinesMax
      ? [`line ${at + 1}: a function of ${length} lines; the bound is ${functionLinesMax}`]
      : [];
  });
};
