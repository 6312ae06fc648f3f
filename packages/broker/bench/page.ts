import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// BENCHMARKS.md: tables that are made here, and what people wrote between them, which stays.

const page = join(import.meta.dirname, '../BENCHMARKS.md');
export const brokersHeading = '## Three brokers, each record on all of them';
const tlsHeading = '## With TLS';
const tenantsHeading = '## Many tenants in one broker';

const written = () => (existsSync(page) ? readFileSync(page, 'utf8') : '');

/** The tables of one broker beside one of Kafka. */
export function writeTables(tables: string): void {
  const text = written();
  const begin = text.indexOf('## Where it falls short');
  const kept = begin < 0 ? '' : `\n${text.slice(begin)}`;
  writeFileSync(page, `${opening}${tables}${kept}`);
}

const opening = `# Benchmarks

\`npm run bench -- --write\` makes this page. The load generator is \`bench/load.c\` on librdkafka, so that it is
not what limits. Each round starts every broker over an empty directory, in turn; between cases the disk is
synced. Ratios of one run compare; absolute figures of shared virtual machines do not.

`;

/** The section of several brokers, in the place of the one that is there. */
export const writeBrokersSection = (tables: string): void => writeSection(brokersHeading, tables);

/** The same of TLS. */
export const writeTlsSection = (tables: string): void => writeSection(tlsHeading, tables);

function writeSection(heading: string, tables: string): void {
  const text = written();
  const section = `${heading}\n\n${tables}\n`;
  const begin = text.indexOf(heading);
  if (begin >= 0) {
    const next = text.indexOf('\n## ', begin);
    const rest = next < 0 ? '' : text.slice(next + 1);
    writeFileSync(page, `${text.slice(0, begin)}${section}${rest}`);
    return;
  }
  const before = text.indexOf(tenantsHeading);
  const at = before < 0 ? text.length : before;
  writeFileSync(page, `${text.slice(0, at)}${section}${text.slice(at)}`);
}
