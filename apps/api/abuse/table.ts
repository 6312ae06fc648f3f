import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Figures } from './figures.ts';
import type { Result } from './run-beside.ts';

const heading = '## Over REST and the console';

export interface Run {
  readonly alone: Figures;
  /** Of processors, waited for while nobody abused anything: more than a little of it, and others used the machine. */
  readonly waitedAlone: number;
  readonly results: readonly Result[];
  /** Resident mebibytes by process: before, at the end, and a minute later at the most. */
  readonly memory: readonly { readonly name: string; readonly mib: readonly number[] }[];
  readonly date: string;
}

const figures = ({ p50Ms, p99Ms, longestMs }: Figures): string => `${p50Ms} / ${p99Ms} / ${longestMs}`;

/** Markdown: a row an attack, what it did to the quiet person, and what of it was wrong. */
export const tableOf = ({ alone, waitedAlone, results, memory, date }: Run): string => {
  const lines = [
    heading,
    '',
    `Run of ${date} on ${cpus().length} cores that the product, the quiet person and the abuser share. The quiet person`,
    'lists clusters, reads and writes records, opens the cluster’s page and signs in, eight times a second, through the',
    'console and from an address of his own. Alone he has p50 / p99 / longest of',
    `${figures(alone)} ms, while processes of the product waited ${waitedAlone.toFixed(2)} processors' worth for a processor;`,
    'where that column is high, it is the machine that was busy, and his figures say little of the product.',
    '',
    '| abuse | tried | quiet person: p50 / p99 / longest, ms | his errors | ran | waited | wrong |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...results.map(rowOf),
    '',
    '| process | before, MiB | at the end | a minute later |',
    '|---|---:|---:|---:|',
    ...memory.map(({ name, mib }) => `| ${name} | ${mib.join(' | ')} |`),
  ];
  return `${lines.join('\n')}\n`;
};

const rowOf = ({ name, outcome, beside, ran, waited, product }: Result): string => {
  const wrong = [...outcome.problems, ...product];
  const text = wrong.length === 0 ? 'nothing' : `${wrong.length}: ${cell(wrong[0] ?? '')}`;
  const counts = `${outcome.tried} | ${figures(beside)} | ${beside.errors.length}`;
  return `| ${name} | ${counts} | ${ran.toFixed(2)} | ${waited.toFixed(2)} | ${text} |`;
};

const cell = (text: string): string => text.replaceAll(/[|\n`]/g, ' ').slice(0, 120);

/** Puts the section in the file's place of it, or at its end; the others' sections stay as they are. */
export const withSection = (file: string, section: string): string => {
  const at = file.indexOf(heading);
  if (at === -1) return `${file.trimEnd()}\n\n${section}`.trimStart();
  const next = file.indexOf('\n## ', at + heading.length);
  return `${file.slice(0, at)}${section}${next === -1 ? '' : file.slice(next)}`;
};

export const writeSection = (path: URL, section: string): void => {
  let before = '# No tenant can harm another\n';
  try {
    before = readFileSync(path, 'utf8');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
  }
  writeFileSync(path, withSection(before, section));
};
