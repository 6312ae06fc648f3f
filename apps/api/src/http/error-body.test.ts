import { BadRequestException, NotFoundException } from '@nestjs/common';
import { StoreError } from '@weir/metadata-store/port';
import { describe, expect, it } from 'vitest';
import { answerOf } from './error-body.ts';
import { InvalidInput } from './read-input.ts';
import { conflict, notFound, Refused, tooMany } from './refused.ts';

const answer = (error: unknown, path = '/cmk/v2/clusters') => answerOf(error, path, 'request-1');

describe('an error', () => {
  it('of the control plane has the request id, the status as text, and what to do', () => {
    expect(answer(conflict('name_taken', 'Choose another name.'))).toEqual({
      status: 409,
      unexpected: false,
      body: {
        errors: [
          {
            id: 'request-1',
            status: '409',
            code: 'name_taken',
            title: 'Conflict',
            detail: 'Choose another name.',
          },
        ],
      },
    });
  });

  it('of the input names every part that is wrong', () => {
    const problems = [
      { detail: 'a: no', source: { pointer: '/a' } },
      { detail: 'page_size: no', source: { parameter: 'page_size' } },
    ];
    const { body } = answer(new InvalidInput(problems));
    expect(body).toMatchObject({
      errors: [{ source: { pointer: '/a' } }, { source: { parameter: 'page_size' } }],
    });
  });

  it('of Kafka REST has a code of its own, or one that follows from the status', () => {
    const path = '/kafka/v3/clusters/lkc-1/topics';
    expect(answer(notFound(), path).body).toEqual({ error_code: 40401, message: expect.any(String) });
    const precise = new Refused({ status: 404, code: 'x', title: 'x', detail: 'gone', kafkaCode: 40403 });
    expect(answer(precise, path).body).toEqual({ error_code: 40403, message: 'gone' });
    expect(answer(conflict('x', 'busy'), path).body).toEqual({ error_code: 40901, message: 'busy' });
  });

  it('that ends by itself says when to try again, and no other does', () => {
    expect(answer(tooMany('Wait.')).retryAfterSeconds).toBe(1);
    expect(answer(tooMany('Wait for an hour.', 3600)).retryAfterSeconds).toBe(3600);
    expect(answer(new StoreError('gone')).retryAfterSeconds).toBe(1);
    expect(answer(notFound())).not.toHaveProperty('retryAfterSeconds');
  });

  it('that we did not expect says nothing of its cause, and is to be logged', () => {
    const found = answer(new Error('password=hunter2'));
    expect(found).toMatchObject({ status: 500, unexpected: true });
    expect(JSON.stringify(found.body)).not.toContain('hunter2');
  });

  it('of a store that does not answer is worth trying again', () => {
    expect(answer(new StoreError('away'))).toMatchObject({ status: 503, unexpected: true });
  });

  it('of the frame keeps its status', () => {
    expect(answer(new NotFoundException()).status).toBe(404);
    expect(answer(new BadRequestException('Unexpected token')).status).toBe(400);
    expect(answer(Object.assign(new Error('too large'), { status: 413 })).status).toBe(413);
  });
});
