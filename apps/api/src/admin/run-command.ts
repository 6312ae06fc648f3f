import { parseArgs } from 'node:util';
import { localCellId } from '@weir/provisioning/cells';
import { listCells, setBrokers, showCell } from './cells.ts';
import { giveCredit, writeCreditNote } from './credits.ts';
import { setDiscount } from './discounts.ts';
import { type AdminTools, type Operator, organizationIdOf, UsageError } from './operator.ts';
import { replay, showStuck } from './outbox.ts';
import { createPromotion, endPromotion, listPromotions } from './promotions.ts';
import { rebuildUsage } from './rebuild-usage.ts';
import { resetSecondFactor } from './reset-second-factor.ts';
import { openLook, showLook } from './support-look.ts';
import { findTenants, setLimit, setSuspended } from './tenants.ts';
import { verifyAudit } from './verify-audit.ts';
import { verifyUsage } from './verify-usage.ts';

export const usage = `usage: npm run admin -- <command>

  audit verify [ORGANIZATION]        check that no event of the audit logs was changed or taken out; fails if one was
  tenants find TEXT                  by id, name, a member's address, or the id of a cluster, key or person
  tenants suspend ORGANIZATION  *    its people look and change nothing, its clients are let in nowhere
  tenants resume ORGANIZATION  *
  tenants limit ORGANIZATION NAME NUMBER|default  *
  people reset-second-factor ADDRESS  *
  credits give ORGANIZATION AMOUNT --reference TEXT [--days N]  *    money that its next invoices take; the reason stands on them
  credits note INVOICE AMOUNT --reference TEXT  *                    takes a part of an invoice back, or all of it
  discounts set ORGANIZATION PERCENT --from MONTH  *    what it pays less than all prices say, from a month on that has
                                     not begun; 0 ends it
  promotions create AMOUNT --times N --until DAY --description TEXT [--days N] [--code CODE]
                                     a code that so many organizations redeem for a credit, each once, which is good for
                                     N days or stays
  promotions list | end CODE
  usage verify [--cell ID] [--logs DIRECTORY]...   what was written by the ledger, beside the logs of a cell's brokers; fails
                                     if they differ. Where somebody writes meanwhile it looks again a window
                                     later, and says what is settled, and what is yet to be told
  usage rebuild DAY                  derive minutes, hours and days of a day again, from its ledger
  outbox stuck                       what cells have not taken for a while
  outbox replay NUMBER|all           try it again now
  cells list                         what was placed on each
  cells show [CELL]                  its brokers: how they fare, which program they run, what they lead and hold
  cells brokers CELL NUMBER          let a shared cell have so many; those that came last are drained before they end
  support open ORGANIZATION --minutes N  *           look at what a tenant has, not at records, for a while
  support show ORGANIZATION clusters|members|keys|roles --operator NAME

* takes --operator NAME --reason TEXT, which stand in the log of each tenant that it concerns, for its people to read.

WEIR_DATA_DIR says which cloud, as for npm start; DATABASE_URL another one's control store.
`;

interface Given {
  readonly words: readonly string[];
  readonly operator: string | undefined;
  readonly reason: string | undefined;
  readonly minutes: string | undefined;
  readonly days: string | undefined;
  readonly reference: string | undefined;
  readonly from: string | undefined;
  readonly times: string | undefined;
  readonly until: string | undefined;
  readonly description: string | undefined;
  readonly code: string | undefined;
  readonly cell: string | undefined;
  readonly logs: readonly string[] | undefined;
}

const text = { type: 'string' } as const;
const options = {
  ...{ operator: text, reason: text, minutes: text, days: text, reference: text, from: text },
  ...{ times: text, until: text, description: text, code: text },
  ...{ cell: text, logs: { type: 'string', multiple: true } as const },
} as const;

const read = (args: readonly string[]): Given => {
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const { cell, days, from, logs, minutes, operator, reason, reference } = values;
    const { code, description, times, until } = values;
    const promotion = { code, description, times, until };
    return { words: positionals, operator, reason, minutes, days, reference, from, cell, logs, ...promotion };
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : 'unreadable'}\n\n${usage.trimEnd()}`);
  }
};

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N} .@_-]{0,63}$/u;
const reasonLengthMax = 500;

const nameOf = ({ operator }: Given): string => {
  if (operator !== undefined && nameForm.test(operator)) return operator;
  throw new UsageError('Give --operator NAME: who you are. It stands in the log of the tenant.');
};

const operatorOf = (given: Given): Operator => {
  const name = nameOf(given);
  const reason = given.reason?.trim() ?? '';
  if (reason !== '' && reason.length <= reasonLengthMax) return { name, reason };
  throw new UsageError('Give --reason TEXT: why. It stands in the log of the tenant.');
};

/** How many words each takes at most, and what it does: false where what was checked does not hold. */
const commands: Readonly<
  Record<string, readonly [words: number, run: (tools: AdminTools, given: Given) => Promise<unknown>]>
> = {
  'audit verify': [3, (tools, { words: [, , id] }) => verify(tools, id)],
  'tenants find': [3, (tools, { words: [, , text = ''] }) => findTenants(tools, text)],
  'tenants suspend': [3, (tools, given) => suspend(tools, given, true)],
  'tenants resume': [3, (tools, given) => suspend(tools, given, false)],
  'tenants limit': [
    5,
    (tools, given) => {
      const [, , id, name, value] = given.words;
      return setLimit(tools, organizationIdOf(id), name, value, operatorOf(given));
    },
  ],
  'people reset-second-factor': [
    3,
    (tools, given) => resetSecondFactor(tools, given.words[2], operatorOf(given)),
  ],
  'credits give': [
    4,
    (tools, given) => {
      const [, , id, amount] = given.words;
      return giveCredit(tools, organizationIdOf(id), amount, given, operatorOf(given));
    },
  ],
  'credits note': [
    4,
    (tools, given) => {
      const [, , id, amount] = given.words;
      const { reference } = given;
      return writeCreditNote(tools, id, { amount, reference }, operatorOf(given));
    },
  ],
  'discounts set': [
    4,
    (tools, given) => {
      const [, , id, percent] = given.words;
      return setDiscount(tools, organizationIdOf(id), { percent, from: given.from }, operatorOf(given));
    },
  ],
  'promotions create': [3, (tools, given) => createPromotion(tools, { ...given, amount: given.words[2] })],
  'promotions list': [2, listPromotions],
  'promotions end': [3, (tools, { words: [, , code] }) => endPromotion(tools, code)],
  'usage verify': [2, (tools, { cell, logs }) => verifyLogs(tools, cell, logs)],
  'usage rebuild': [3, (tools, { words: [, , day] }) => rebuildUsage(tools, day)],
  'outbox stuck': [2, showStuck],
  'outbox replay': [3, (tools, { words: [, , which] }) => replay(tools, which)],
  'cells list': [2, listCells],
  'cells show': [3, (tools, { words: [, , id] }) => showCell(tools, id)],
  'cells brokers': [4, (tools, { words: [, , id, count] }) => setBrokers(tools, id, count)],
  'support open': [
    3,
    (tools, given) => openLook(tools, organizationIdOf(given.words[2]), given.minutes, operatorOf(given)),
  ],
  'support show': [
    4,
    (tools, given) =>
      showLook(tools, organizationIdOf(given.words[2]), given.words[3], { name: nameOf(given) }),
  ],
};

const suspend = (tools: AdminTools, given: Given, isSuspended: boolean): Promise<void> =>
  setSuspended(tools, organizationIdOf(given.words[2]), isSuspended, operatorOf(given));

const verify = ({ db, print }: AdminTools, id: string | undefined): Promise<boolean> =>
  verifyAudit(db, id === undefined ? null : organizationIdOf(id), print);

const verifyLogs = (
  tools: AdminTools,
  cellId: string = localCellId,
  logDirectories: readonly string[] = tools.logDirectories ?? [],
): Promise<boolean> => {
  if (tools.cells === undefined) throw new UsageError('The stores of cells cannot be reached from here.');
  return verifyUsage(tools, { store: tools.cells.store(cellId), cellId, logDirectories });
};

/** Runs one command. Resolves with the exit code: 1 where what was checked does not hold. Rejects with UsageError. */
export const runCommand = async (args: readonly string[], tools: AdminTools): Promise<number> => {
  const given = read(args);
  const { words } = given;
  const name = words.slice(0, 2).join(' ');
  const [wordsMax, run] = (Object.hasOwn(commands, name) ? commands[name] : undefined) ?? [];
  if (run === undefined || wordsMax === undefined || words.length > wordsMax) {
    throw new UsageError(`There is no command "${words.join(' ')}".\n\n${usage.trimEnd()}`);
  }
  return (await run(tools, given)) === false ? 1 : 0;
};
