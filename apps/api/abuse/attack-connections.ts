import { type Attack, abuserAddress, Findings, inLanes, type Over, type Scene } from './attack.ts';
import { headOf, speak } from './raw-connection.ts';
import { wait } from './run-beside.ts';

// Connections that nobody uses as they are meant to be used.

const where = (over: Over, scene: Scene) => ({
  port: over === 'rest' ? scene.product.ports.api : scene.product.ports.console,
  prefix: over === 'rest' ? '' : '/api',
  from: abuserAddress,
});

const connections = 200;
const pipelinedRequests = 100;

const pipelined = (over: Over): Attack => ({
  name: `requests pipelined over ${connections} connections (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, prefix, from } = where(over, scene);
    await inLanes(connections, signal, async (lane) => {
      const person = scene.abusers[lane % scene.abusers.length];
      const paths = [
        '/cmk/v2/clusters',
        '/org/v2/environments',
        `/usage/v1/clusters/${person?.clusterId}/series`,
      ];
      const head = headOf(`GET ${prefix}${paths[lane % paths.length]}`, { cookie: person?.cookie ?? '' });
      const all = head.repeat(pipelinedRequests);
      const ended = await speak({ port, from, signal }, [all], { waitMs: 10_000 });
      findings.tried += ended.statuses.length;
      for (const status of ended.statuses) if (status >= 500) findings.add(`answered ${status}`);
      // Whoever is refused at once comes again at once otherwise.
      await wait(50);
    });
    return findings.outcome();
  },
});

/** Answers of some size, asked for and left where they are. */
const unread = (over: Over): Attack => ({
  name: `answers that are never read (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, from } = where(over, scene);
    await inLanes(60, signal, async (lane) => {
      const person = scene.abusers[lane % scene.abusers.length];
      const paths =
        over === 'rest'
          ? ['/openapi.json', '/docs', `/kafka/v3/clusters/${person?.clusterId}/topics/t/records?limit=100`]
          : ['/sign-in', '/sign-up', `/clusters/${person?.clusterId}`];
      const head = headOf(`GET ${paths[lane % paths.length]}`, { cookie: person?.cookie ?? '' });
      await speak({ port, from, signal }, [head.repeat(200)], { reads: false });
      findings.tried += 1;
    });
    return findings.outcome();
  },
});

const begunMax = 400;

async function* headInDrips(signal: AbortSignal): AsyncGenerator<string> {
  yield 'GET /sign-in HTTP/1.1\r\nhost: x\r\n';
  for (let at = 0; !signal.aborted; at++) {
    await wait(1_000);
    yield `x-${at}: y\r\n`;
  }
}

const begun = (over: Over): Attack => ({
  name: `${begunMax} connections begun and left, a header a second (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, from } = where(over, scene);
    await inLanes(begunMax, signal, async (lane) => {
      const parts = lane % 2 === 0 ? headInDrips(signal) : [''];
      const ended = await speak({ port, from, signal }, parts);
      findings.tried += 1;
      if (ended.statuses.some((status) => status >= 500))
        findings.add(`answered ${ended.statuses.join(' ')}`);
    });
    return findings.outcome();
  },
});

/** Opened and closed as fast as it goes. */
const reset = (over: Over): Attack => ({
  name: `requests whose answer nobody waits for (${over})`,
  over,
  run: async (scene, signal) => {
    const findings = new Findings();
    const { port, prefix, from } = where(over, scene);
    await inLanes(20, signal, async (lane) => {
      const person = scene.abusers[lane % scene.abusers.length];
      const path = `${prefix}/kafka/v3/clusters/${person?.clusterId}/topics/t/records`;
      const head = headOf(`GET ${path}`, { cookie: person?.cookie ?? '' });
      await speak({ port, from, signal }, [head], { waitMs: 5 + (lane % 10) });
      findings.tried += 1;
    });
    return findings.outcome();
  },
});

const both = (make: (over: Over) => Attack): readonly Attack[] => [make('rest'), make('console')];

export const connectionAttacks: readonly Attack[] = [pipelined, unread, begun, reset].flatMap(both);
