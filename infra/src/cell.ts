import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { EnvError } from '@weir/runtime/env';
import { programVersion } from '@weir/runtime/program-version';
import { CellStore } from './cell/cell-store.ts';
import { addBroker, type Operator, rebalance, removeBroker } from './cell/grow-and-shrink.ts';
import { findLocalCell, type LocalCell } from './cell/local-cell.ts';
import { renewBrokers } from './cell/renew-brokers.ts';
import { restartBrokers } from './cell/rolling-restart.ts';
import { statusText } from './cell/status-text.ts';
import { StartError } from './launcher/settings.ts';
import { Steps } from './launcher/steps.ts';
import { cellSchema } from './launcher/stores.ts';
import { takeKernelName } from './processes/kernel-name.ts';
import { root } from './root.ts';

// `npm run cell -- status | restart | add | remove | rebalance`: the brokers that `npm start` runs on this machine.

const usage = `usage: npm run cell -- <command>

  status         the brokers of the cell that runs here, and whether every replica is in sync
  restart        restart all brokers, one after the other, waiting for full ISRs in between; with --outdated those
                 that run another program than the one that is built now
  add [ID]       start a further broker, or take back one that was removed, and give it its share
  remove ID      move everything off a broker, then stop it
  rebalance      spread all replicas and leaders over the brokers
  renew CELL     restart the brokers of a further cell (cell-…) with the program that is there now, one after the other

All of it is done while the cell serves; what was interrupted goes on when it is run again.
--replication-factor N goes with rebalance, where every partition gets so many replicas if it has fewer, and with
remove, where so many are enough if fewer brokers are left than replicas.

WEIR_DATA_DIR says which cell, as for npm start; so does DATABASE_URL, if the cell was started with one.
`;

interface Asked {
  /** Of a further cell; null: the first one is meant. */
  readonly cellId: string | null;
  readonly brokerId: number | null;
  readonly replicationFactor: number | null;
  /** Only brokers that run another program than the one that is built. */
  readonly isOutdatedOnly: boolean;
}

interface Command {
  /** Whether it leaves the cell as it is. */
  readonly onlyLooks: boolean;
  readonly takesBroker: 'must' | 'may' | 'not';
  /** Rather than of a broker, the id of a further cell. */
  readonly takesCell: boolean;
  readonly takesFactor: boolean;
  readonly takesOutdated: boolean;
  run(operator: Operator, asked: Asked): Promise<void>;
}

const plain = {
  onlyLooks: false,
  takesBroker: 'not',
  takesCell: false,
  takesFactor: false,
  takesOutdated: false,
} as const;

const commands: Readonly<Record<string, Command>> = {
  status: {
    ...plain,
    onlyLooks: true,
    run: ({ cell }) =>
      counted(cell, async (store) => {
        process.stdout.write(statusText(await store.brokers(), await store.partitions()));
      }),
  },
  restart: {
    ...plain,
    takesOutdated: true,
    run: ({ cell, steps }, { isOutdatedOnly }) =>
      counted(cell, (store) => restartBrokers(cell, store, steps, isOutdatedOnly ? builtVersion() : null)),
  },
  add: {
    ...plain,
    takesBroker: 'may',
    run: (operator, asked) => addBroker(operator, asked.brokerId),
  },
  remove: {
    ...plain,
    takesBroker: 'must',
    takesFactor: true,
    run: (operator, asked) => removeBroker(operator, asked.brokerId ?? 0, asked.replicationFactor),
  },
  renew: {
    ...plain,
    takesCell: true,
    run: (operator, asked) => renewBrokers(operator, asked.cellId ?? ''),
  },
  rebalance: {
    ...plain,
    takesFactor: true,
    run: (operator, asked) => rebalance(operator, asked.replicationFactor),
  },
};

async function counted(cell: LocalCell, work: (store: CellStore) => Promise<void>): Promise<void> {
  const store = await CellStore.open(cell.databaseUrl);
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

/** Of the program that a broker runs when it is started now. */
function builtVersion(): string {
  const version = programVersion(join(root, 'apps', 'broker', 'dist'));
  if (version === null) throw new StartError('No broker is built here: npm start builds it.');
  return version;
}

const misused = (why: string) => new StartError(`${why}\n\n${usage.trimEnd()}`);

function readArguments(args: readonly string[]): { readonly command: Command; readonly asked: Asked } {
  const { values, positionals } = parsed(args);
  const [name, id, ...more] = positionals;
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (name === undefined) throw misused('Say what to do.');
  if (command === undefined) throw misused(`There is no command "${positionals.join(' ')}".`);
  const { takesBroker, takesCell, takesFactor, takesOutdated } = command;
  if (more.length > 0 || (id !== undefined && takesBroker === 'not' && !takesCell))
    throw misused(`${name} does not take "${positionals.slice(1).join(' ')}".`);
  if (id === undefined && takesBroker === 'must') throw misused(`Say which broker to ${name}, by its id.`);
  if (id === undefined && takesCell) throw misused(`Say which cell to ${name}, by its id.`);
  const factor = values['replication-factor'];
  if (factor !== undefined && !takesFactor) throw misused(`${name} does not take --replication-factor.`);
  const { outdated: isOutdatedOnly = false } = values;
  if (isOutdatedOnly && !takesOutdated) throw misused(`${name} does not take --outdated.`);
  const brokerId = id === undefined || takesCell ? null : positive(id, 'A broker id');
  const replicationFactor = factor === undefined ? null : positive(factor, '--replication-factor');
  const cellId = takesCell ? (id ?? null) : null;
  return { command, asked: { cellId, brokerId, replicationFactor, isOutdatedOnly } };
}

function parsed(args: readonly string[]) {
  try {
    const options = { 'replication-factor': { type: 'string' }, outdated: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw misused(cause instanceof Error ? cause.message : String(cause));
  }
}

function positive(text: string, what: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw misused(`${what} is a whole number from 1, not "${text}".`);
  return Number(text);
}

/** Two at once would undo each other's work: one stops a broker to which the other moves replicas. */
async function mustBeAlone({ dataDirectory }: LocalCell): Promise<void> {
  if ((await takeKernelName('weir-cell', dataDirectory)) !== null) return;
  throw new StartError(
    `Another npm run cell is at work on ${dataDirectory}: wait until it has ended, or end it; what it began can be taken up again.`,
  );
}

async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  const { command, asked } = readArguments(args);
  const cell = findLocalCell(process.env, root);
  if (!command.onlyLooks) await mustBeAlone(cell);
  const url = new URL(cell.databaseUrl);
  url.searchParams.delete('schema');
  const metadata = openPostgresMetadataStore({ url: url.href, schema: cellSchema });
  try {
    await command.run({ cell, metadata, steps: new Steps(process.stdout) }, asked);
  } finally {
    await metadata.close();
  }
}

process.on('disconnect', () => process.exit(1));
run(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const isForReader = error instanceof StartError || error instanceof EnvError;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(isForReader ? `${text}\n` : `The cell cannot be looked at: ${text}\n`);
    process.exit(1);
  },
);
