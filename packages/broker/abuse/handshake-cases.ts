import type { AbuseStage } from './abuse-stage.ts';
import type { AbuseCase } from './case.ts';
import type { Client } from './client.ts';
import { workFrom } from './flood.ts';
import { loopbackAddress } from './loopback-address.ts';

// What strangers can do with TLS before they say who they are.

/** The head of a record of TLS that announces a hello of 512 bytes (RFC 8446, 5.1). */
const helloHead = Buffer.from('1603010200', 'hex');

/** Hellos that are begun and go on by the byte; whoever is cut off comes back. */
async function drip(stage: AbuseStage, connections: number): Promise<void> {
  const clients: (Client | null)[] = Array.from({ length: connections }, () => null);
  while (!stage.isOver) {
    for (const [index, client] of clients.entries()) {
      if (client?.isClosed === false) {
        stage.send(client, Buffer.from([1]), 0);
        continue;
      }
      const opened = await stage.openPlain(loopbackAddress(index)).catch((cause: unknown) => {
        stage.erred(cause);
        return null;
      });
      clients[index] = opened;
      if (opened !== null) stage.send(opened, helloHead);
    }
    await stage.pause(100);
  }
}

export const handshakeCases: readonly AbuseCase[] = [
  {
    name: 'handshakes/half',
    does: '800 connections of as many addresses begin a TLS handshake and go on by the byte',
    isTls: true,
    isFresh: true,
    isShort: true,
    run: (stage) => drip(stage, 800),
  },
  {
    name: 'handshakes/again',
    does: '100 connections of 50 addresses make whole TLS handshakes and leave, as fast as they can',
    isTls: true,
    isFresh: true,
    run: (stage) =>
      workFrom(
        stage,
        100,
        (index) => stage.open(loopbackAddress(index % 50)),
        (client) => {
          client.end();
          return client.closed;
        },
      ),
  },
];
