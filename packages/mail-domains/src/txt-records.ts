import { Resolver } from 'node:dns/promises';

/** TXT records of a name, each as one text; null: DNS says that there are none. Rejects when nobody can tell. */
export type FindTxtRecords = (name: string) => Promise<readonly string[] | null>;

const timeoutMs = 2_000;
const tries = 2;
const nothingThere = new Set(['ENODATA', 'ENOTFOUND']);

/** By the machine's own DNS servers, or by those that a setting names. */
export const createFindTxtRecords = (servers: readonly string[] | null): FindTxtRecords => {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (servers !== null) resolver.setServers(servers);
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && nothingThere.has(String(cause.code))) return null;
      throw cause;
    }
  };
};
