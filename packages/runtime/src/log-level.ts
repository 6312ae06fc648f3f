import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

/** What says how much is logged; a logger of pino fits. */
export interface Levelled {
  level: string;
}

const levels = ['debug', 'info', 'warn', 'error'] as const;
const Wish = z.strictObject({ level: z.enum(levels) });
const bodyBytesMax = 1_000;
const right = `Send {"level": …} with one of ${levels.join(', ')}.`;

/**
 * `GET /log-level` tells how much a process logs, and `PUT /log-level` changes it until the process ends. Only for who is on
 * this machine: it is the answer to a question of its operator, not a setting.
 */
export const answerLogLevel = async (
  logger: Levelled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (!isHere(request)) return void answer(403, { problem: 'Only from the machine that it runs on.' });
  if (request.method === 'GET') return void answer(200, { level: logger.level });
  if (request.method !== 'PUT') return void answer(405, { problem: 'GET or PUT.' });
  const wish = Wish.safeParse(await bodyOf(request));
  if (!wish.success) return void answer(400, { problem: right });
  logger.level = wish.data.level;
  answer(200, wish.data);
};

const isHere = ({ socket }: IncomingMessage): boolean =>
  /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');

/** Undefined where it is none, or too long to be one. */
const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > bodyBytesMax) return undefined;
    chunks.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    // Said to be wrong, with what would be right.
    return undefined;
  }
};
