import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { format } from 'node:util';
import { SMTPServer } from 'smtp-server';

export interface Letter {
  readonly to: readonly string[];
  /** The message as it came, head and body. */
  readonly source: string;
}

/** A real SMTP server on a free port. */
export interface TestSmtp {
  readonly url: string;
  readonly port: number;
  readonly letters: Letter[];
  /** The commands that it was given. */
  readonly heard: string[];
  /** The code by which recipients are refused from now on; null: they are taken. */
  refuseWith(code: number | null): void;
  stop(): Promise<void>;
}

export const startTestSmtp = async ({ port = 0 } = {}): Promise<TestSmtp> => {
  const letters: Letter[] = [];
  const heard: string[] = [];
  let refusal: number | null = null;
  const remember = (_: unknown, ...words: unknown[]) => void heard.push(format(...words));
  const logger = {
    trace: remember,
    debug: remember,
    info: remember,
    warn: remember,
    error: remember,
    fatal: remember,
  };
  const server = new SMTPServer({
    hideSTARTTLS: true,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: { level: () => undefined, ...logger },
    onRcptTo: (_address, _session, done) => {
      if (refusal === null) done();
      else done(Object.assign(new Error('refused by the test'), { responseCode: refusal }));
    },
    onAuth: (_auth, _session, done) => done(null, { user: 'me' }),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        letters.push({ to, source: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  server.on('error', (cause) => void heard.push(String(cause)));
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  // A server on a port has this form of address.
  const { port: bound } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${bound}`,
    port: bound,
    letters,
    heard,
    refuseWith: (code) => {
      refusal = code;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
