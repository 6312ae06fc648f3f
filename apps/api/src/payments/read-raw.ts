import type { Request } from 'express';
import { invalid, Refused } from '../http/refused.ts';

/** An event with its object: far beyond any that there is. */
const bytesMax = 256 * 1024;

/** The body as it came, counted while it comes. Rejects with what the caller is to be told. */
export const readRaw = (request: Request): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= bytesMax) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      request.removeAllListeners('data').pause();
      reject(tooLarge());
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    const end = () => reject(invalid('The body ended before it was whole.'));
    request.on('error', end).on('close', end);
    if (request.destroyed) end();
  });

const tooLarge = (): Refused =>
  new Refused({
    status: 413,
    code: 'too_large',
    title: 'Too large',
    detail: `An event is at most ${bytesMax / 1024} KiB.`,
    kafkaCode: 41301,
  });
