import type { ControlDb } from '@weir/db/control';
import { AuditReaderStore } from '../audit/audit-reader.store.ts';
import { followChain } from '../audit/follow-chain.ts';

const organizationsAtOnce = 100;
const countMax = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Checks the audit logs of all organizations, or of one, from their beginning, a line each. Resolves with whether all
 * are as they were written. Nothing of what is in them is shown.
 */
export async function verifyAudit(
  db: ControlDb,
  organizationId: string | null,
  print: (line: string) => void,
): Promise<boolean> {
  const reader = new AuditReaderStore(db);
  let isAllIntact = true;
  for await (const id of organizationId === null ? allOrganizations(db) : [organizationId]) {
    const { place, problem } = await followChain(reader, id, { after: 0n, hash: undefined }, countMax);
    if (problem !== null) {
      isAllIntact = false;
      print(`${id}  BROKEN at event ${problem.sequence}: ${problem.detail}`);
    } else print(`${id}  ${place.sequence} events, intact, the last one's hash is ${place.hash}`);
  }
  return isAllIntact;
}

async function* allOrganizations(db: ControlDb): AsyncGenerator<string> {
  let after: string | null = null;
  for (;;) {
    const page: { id: string }[] = await db.organization.findMany({
      ...(after === null ? {} : { where: { id: { gt: after } } }),
      orderBy: { id: 'asc' },
      take: organizationsAtOnce,
      select: { id: true },
    });
    for (const { id } of page) yield id;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
