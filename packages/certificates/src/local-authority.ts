import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, makeAuthority, readAuthority } from './authority.ts';

const dayMs = 86_400_000;
const authorityValidMs = 3650 * dayMs;

/** Below the data directory of an installation. */
const directoryName = 'tls';

/** What clients name, so that they know the brokers of this installation. */
export const localCaFile = (dataDirectory: string): string => join(dataDirectory, directoryName, 'ca.pem');

/**
 * The authority of the installation with this data directory, which must be there: made by whoever asks first, the same
 * for all who ask, and kept for good. Rejects where its files cannot be read or are not what they should be.
 */
export async function openLocalAuthority(dataDirectory: string): Promise<Authority> {
  return (await readKept(dataDirectory)) ?? makeKept(dataDirectory);
}

async function readKept(dataDirectory: string): Promise<Authority | null> {
  const caFile = localCaFile(dataDirectory);
  let ca: string;
  try {
    ca = await readFile(caFile, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw cause;
  }
  try {
    return await readAuthority(ca, await readFile(keyFileOf(dataDirectory), 'utf8'));
  } catch (cause) {
    throw new Error(`${caFile} and ca-key.pem beside it are not a certificate and its key`, { cause });
  }
}

/** Both files come into being in one step, so that nobody ever finds one of them, or those of two authorities. */
async function makeKept(dataDirectory: string): Promise<Authority> {
  const made = await makeAuthority(
    `Weir local authority ${new Date().toISOString().slice(0, 10)}`,
    authorityValidMs,
  );
  const draft = await mkdtemp(join(dataDirectory, `${directoryName}-`));
  try {
    await writeFile(join(draft, 'ca.pem'), made.ca);
    await writeFile(join(draft, 'ca-key.pem'), made.key, { mode: 0o600 });
    await rename(draft, join(dataDirectory, directoryName));
    return made;
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const isMadeByAnother = codeOf(cause) === 'ENOTEMPTY' || codeOf(cause) === 'EEXIST';
    const kept = isMadeByAnother ? await readKept(dataDirectory) : null;
    if (kept === null) throw cause;
    return kept;
  }
}

const keyFileOf = (dataDirectory: string) => join(dataDirectory, directoryName, 'ca-key.pem');

const codeOf = (cause: unknown) => (cause instanceof Error && 'code' in cause ? cause.code : null);
