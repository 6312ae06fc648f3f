import { existsSync } from 'node:fs';
import { hasProgram, installDebianPackages } from './debian-packages.ts';

/** Programs and headers of other people that tests run against, by the Debian package that has them. */
const tools: readonly { readonly debianPackage: string; readonly isThere: () => boolean }[] = [
  { debianPackage: 'redis-server', isThere: () => hasProgram('redis-server') || hasProgram('valkey-server') },
  { debianPackage: 'kcat', isThere: () => hasProgram('kcat') },
  { debianPackage: 'librdkafka-dev', isThere: () => existsSync('/usr/include/librdkafka/rdkafka.h') },
  { debianPackage: 'chromium', isThere: () => hasProgram('chromium') },
];

/**
 * Installs what is missing. What cannot be installed is named; the tests that need it say themselves that
 * they are skipped, or fail if they cannot do without. Language toolchains are never installed.
 */
export async function provideTestTools(say: (line: string) => void): Promise<void> {
  const missing = tools.filter((tool) => !tool.isThere()).map((tool) => tool.debianPackage);
  if (missing.length === 0) return;
  say(`installing ${missing.join(', ')}`);
  try {
    await installDebianPackages(missing);
  } catch (error) {
    say(`not installed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
