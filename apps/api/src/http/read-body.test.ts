import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { expectModest, jsonDepthMax, jsonEntriesMax, readAuthBody } from './read-body.ts';
import { Refused } from './refused.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

it('takes bodies as deep as anybody writes them, and none that is deeper than whatever reads them', () => {
  expect(() => expectModest(nested(jsonDepthMax))).not.toThrow();
  for (const levels of [jsonDepthMax + 1, 5_000, 900_000]) {
    expect(() => expectModest(nested(levels))).toThrow(/levels/);
  }
});

it('takes as many values as a body of ours has, and no flood of them', () => {
  expect(() => expectModest(Array.from({ length: jsonEntriesMax }, () => 0))).not.toThrow();
  expect(() => expectModest(Array.from({ length: jsonEntriesMax + 1 }, () => []))).toThrow(/values/);
  expect(() => expectModest('text')).not.toThrow();
  expect(() => expectModest(null)).not.toThrow();
});

it('takes who leaves in the middle of a body for somebody who left, not for a failure of ours', async () => {
  const outcome = Promise.withResolvers<unknown>();
  const app = express();
  app.use((request, response) => {
    readAuthBody(request, response).then(outcome.resolve, outcome.resolve);
    request.once('data', () => socket.resetAndDestroy());
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this kind.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
  const cause = await outcome.promise;
  server.close();
  expect(cause).toBeInstanceOf(Refused);
  expect(cause).toMatchObject({ status: 400 });
});
