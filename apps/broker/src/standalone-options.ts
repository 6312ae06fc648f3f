import { parseArgs } from 'node:util';

export interface StandaloneOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly flush: 'group' | 'os';
}

export const usage = `One Kafka broker, without authentication, for development and tests.

  npm run broker -- [--port 9092] [--data-dir .weir/standalone] [--flush group|os]

  --port N        port on the loopback interface; 0 lets the system choose
  --data-dir DIR  where logs and metadata are kept
  --flush MODE    group: an acknowledged record is on disk (fdatasync, shared by what waits)
                  os: the operating system writes when it likes, as Apache Kafka does by default
`;

/** What the command line asks for, or what is wrong with it. */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): StandaloneOptions | { readonly problem: string } | 'help' {
  let values: { port?: string; 'data-dir'?: string; flush?: string; help?: boolean };
  try {
    values = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'data-dir': { type: 'string' },
        flush: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    return { problem: cause instanceof Error ? cause.message : String(cause) };
  }
  if (values.help === true) return 'help';
  const portText = values.port ?? env.WEIR_BROKER_PORT ?? '9092';
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
  if (!(port >= 0 && port <= 65_535)) {
    return { problem: `The port is ${JSON.stringify(portText)}: it must be a whole number from 0 to 65535.` };
  }
  const flush = values.flush ?? 'group';
  if (flush !== 'group' && flush !== 'os') {
    return { problem: `--flush is ${JSON.stringify(flush)}: it must be group or os.` };
  }
  const dataDir = values['data-dir'] ?? `${env.WEIR_DATA_DIR ?? '.weir'}/standalone`;
  return { port, dataDir, flush };
}
