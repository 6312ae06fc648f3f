import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { readAuthBody } from './read-body.ts';
import { Refused } from './refused.ts';

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

it('does not wait for a body whose sender left before anybody asked for it', async () => {
  const outcome = Promise.withResolvers<unknown>();
  const app = express();
  app.use((request, response) => {
    request
      .on('error', () => undefined)
      .once('close', () => {
        readAuthBody(request, response).then(outcome.resolve, outcome.resolve);
      });
    socket.resetAndDestroy();
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has an address of this kind.
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
  expect(await outcome.promise).toMatchObject({ status: 400 });
  server.close();
});
