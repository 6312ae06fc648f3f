import { EnvError } from '@weir/runtime/env';
import { CellStore } from './cell/cell-store.ts';
import { findLocalCell, type LocalCell } from './cell/local-cell.ts';
import { restartBrokers } from './cell/rolling-restart.ts';
import { statusText } from './cell/status-text.ts';
import { StartError } from './launcher/settings.ts';
import { Steps } from './launcher/steps.ts';
import { root } from './root.ts';

// `npm run cell -- status | restart`: the brokers that `npm start` runs on this machine.

const usage = `usage: npm run cell -- <command>

  status    the brokers of the cell that runs here, and whether every replica is in sync
  restart   restart all brokers, one after the other, waiting for full ISRs in between

WEIR_DATA_DIR says which cell, as for npm start; so does DATABASE_URL, if the cell was started with one.
`;

const commands: Readonly<Record<string, (cell: LocalCell, store: CellStore) => Promise<void>>> = {
  status: async (_, store) => {
    process.stdout.write(statusText(await store.brokers(), await store.partitions()));
  },
  restart: (cell, store) => restartBrokers(cell, store, new Steps(process.stdout)),
};

async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return;
  }
  const [name, ...more] = args;
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || more.length > 0) {
    const given = args.length === 0 ? 'Say what to do.' : `There is no command "${args.join(' ')}".`;
    throw new StartError(`${given}\n\n${usage.trimEnd()}`);
  }
  const cell = findLocalCell(process.env, root);
  const store = await CellStore.open(cell.databaseUrl);
  try {
    await command(cell, store);
  } finally {
    await store.close();
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
