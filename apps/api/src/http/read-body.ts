import type { OperationShape } from '@weir/contracts/operation';
import { produceRecord } from '@weir/contracts/records';
import type { Request, Response } from 'express';
import { jsonOnly } from './json-only.ts';
import { JsonShape } from './json-shape.ts';
import { invalid, Refused, tooMany, unavailable } from './refused.ts';

/** A body of somebody who is known: beyond any that people write, and parsed within a millisecond. */
export const bodyBytesMax = 64 * 1024;
/** A record, which is whatever its writer has. */
export const recordBodyBytesMax = 2 * 1024 * 1024;
/** A form of /auth, which anybody may send. */
export const authBodyBytesMax = 16 * 1024;
/** Bodies that are on their way here at a time, of one organization and of all, counted at what they may become. */
const bodiesPerOrganizationBytesMax = 16 * 1024 * 1024;
const bodiesBytesMax = 256 * 1024 * 1024;
/** Of a refused body that is still to come. */
const droppedBytesMax = 8 * 1024 * 1024;
const droppedMsMax = 2_000;

/** Reads a form of /auth into `request.body`. Rejects with what the caller is to be told. */
export const readAuthBody = (request: Request, response: Response): Promise<void> =>
  readJson(request, response, authBodyBytesMax);

/** Leaves `request.body` undefined where there is none. What is refused is not read to its end. */
const readJson = async (request: Request, response: Response, bytesMax: number): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    jsonOnly(request, response, (cause?: unknown) => (cause === undefined ? resolve() : reject(cause)));
  });
  if (Number(request.get('content-length') ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const bytes = await readBytes(request, bytesMax);
  if (bytes.length === 0) return;
  request.body = parseJson(bytes);
};

const readBytes = (request: Request, bytesMax: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const shape = new JsonShape();
    let length = 0;
    const refuse = (cause: unknown) => {
      chunks.length = 0;
      request.removeAllListeners('data').pause();
      reject(cause);
    };
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) {
        refuse(tooLarge(bytesMax));
        return;
      }
      try {
        shape.take(chunk);
        chunks.push(chunk);
      } catch (cause) {
        refuse(cause);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    // Whoever sent it has gone, which is no failure of ours.
    const end = () => reject(invalid('The body ended before it was whole.'));
    request.on('error', end).on('close', end);
    // Gone before anybody listened: nothing will be heard of it any more.
    if (request.destroyed) end();
  });

const utf8 = new TextDecoder('utf-8', { fatal: true });

const parseJson = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : 'it is no UTF-8';
    throw invalid(`The body is not JSON: ${reason}.`);
  }
};

const tooLarge = (bytesMax: number): Refused =>
  new Refused({
    status: 413,
    code: 'too_large',
    title: 'Too large',
    detail: `The body is larger than this path takes, which is ${bytesMax / 1024} KiB. Send less at a time.`,
    kafkaCode: 41301,
  });

/**
 * Reads bodies of those who are known by then into `request.body`, counting while they come, and bounds how much
 * is on its way at a time.
 */
export class BodyReader {
  readonly #bytesBy = new Map<string, number>();
  #bytes = 0;

  /** `operation` null: what is none of the contracts, and is bounded as most of them are. */
  async read(
    operation: OperationShape | null,
    organizationId: string,
    request: Request,
    response: Response,
  ): Promise<void> {
    const bytesMax = operation?.id === produceRecord.id ? recordBodyBytesMax : bodyBytesMax;
    const leave = this.#enter(organizationId, bytesOf(request, bytesMax));
    try {
      await readJson(request, response, bytesMax);
    } finally {
      leave();
    }
  }

  #enter(organizationId: string, bytes: number): () => void {
    const own = this.#bytesBy.get(organizationId) ?? 0;
    if (own + bytes > bodiesPerOrganizationBytesMax) {
      throw tooMany('Too many bodies of your organization are on their way at once. Wait for one.');
    }
    if (this.#bytes + bytes > bodiesBytesMax) throw unavailable('Too busy. Try again in a second.');
    this.#bytesBy.set(organizationId, own + bytes);
    this.#bytes += bytes;
    return () => {
      this.#bytes -= bytes;
      const left = (this.#bytesBy.get(organizationId) ?? bytes) - bytes;
      if (left === 0) this.#bytesBy.delete(organizationId);
      else this.#bytesBy.set(organizationId, left);
    };
  }
}

/** What the body may need: what it announces, or all that it may have. */
const bytesOf = (request: Request, bytesMax: number): number => {
  if (request.get('transfer-encoding') !== undefined) return bytesMax;
  const length = Number(request.get('content-length') ?? 0);
  return Math.min(Number.isFinite(length) ? length : bytesMax, bytesMax);
};

/**
 * After a refusal: what is still to come of the body is read and dropped, so that its sender gets to see the answer
 * instead of a broken connection; beyond the bounds the connection ends.
 */
export const dropRest = (request: Request): void => {
  if (request.complete) return;
  let dropped = 0;
  const timer = setTimeout(() => request.destroy(), droppedMsMax);
  request.removeAllListeners('data').on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > droppedBytesMax) request.destroy();
  });
  request.on('close', () => clearTimeout(timer)).resume();
};
