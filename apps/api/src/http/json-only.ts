import type { NextFunction, Request, Response } from 'express';
import { Refused } from './refused.ts';

/** What bodies may be. */
const jsonTypes = ['json', '+json'];

/** Refuses a body of another type or encoding with 415, rather than reading it as an empty one. RFC 9110, 15.5.16. */
export const jsonOnly = (request: Request, _response: Response, next: NextFunction): void => {
  const isEmpty = request.get('content-length') === '0';
  const isPlain = (request.get('content-encoding') ?? 'identity').toLowerCase() === 'identity';
  next(isEmpty || (request.is(jsonTypes) !== false && isPlain) ? undefined : notJson());
};

const notJson = () =>
  new Refused({
    status: 415,
    code: 'unsupported_media_type',
    title: 'Unsupported media type',
    detail: 'Send the body as plain JSON, uncompressed, with the header Content-Type: application/json.',
    kafkaCode: 415,
  });
