import type { BrokerOptions, WaitingBroker } from './broker.ts';
import { Doors } from './cluster/door.ts';
import type { Picture } from './cluster/picture.ts';
import { storeAway } from './cluster/store-away.ts';
import type { Deps } from './deps.ts';
import { composeEngine } from './engine.ts';
import { openFront, persistentDecoyKey } from './front.ts';
import { brokerSamples } from './metrics.ts';
import { drainMs, Server } from './server/server.ts';

/**
 * A broker that has not registered, as the store does not answer: it shows the cell as it was, lets in whom it knew,
 * and lets them read what is committed, as far as it leads. It appends nothing, coordinates nothing, follows nobody,
 * removes nothing, and asks nobody anything: whatever became of the cell meanwhile, none of it can be wrong for good.
 * It is another engine than the one that comes after it, so that nothing of what it believes outlasts it.
 */
export async function showPicture(
  world: Deps,
  options: BrokerOptions,
  picture: Picture,
): Promise<WaitingBroker> {
  const engine = composeEngine({ ...world, metadata: storeAway }, options, true);
  const { deps, pool, services, heapGuard, cache, bounds, replication, sharing, highWatermarks } = engine;
  const { cell, groups, scheduler, brokerId } = services;
  const doors = new Doors(brokerId, options.clientDomain ?? null);
  const server = new Server(deps, pool, scheduler, bounds, doors);
  const decoyKey = await persistentDecoyKey(deps);
  await highWatermarks.load();
  const port = await server.listen(options.listenHost, options.listenPort);
  cell.show(picture);
  // It may be found elsewhere than in its last life.
  const self = cell.brokers.get(brokerId);
  const { advertisedHost: host, advertisedPort } = options;
  if (self !== undefined) cell.brokers.set(brokerId, { ...self, host, port: advertisedPort ?? port });
  const { anonymousClusterId } = options;
  const { dispatcher, metering } = openFront(engine, { brokerId, anonymousClusterId, decoyKey });
  server.open(dispatcher);
  const watched = {
    cell,
    server,
    dispatcher,
    metering,
    scheduler,
    heapGuard,
    pool,
    cache,
    replication,
    isReady: false,
  };
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    heapGuard.stop();
    await server.close(drainMs);
    sharing.stop();
    groups.stop();
    await cell.stop();
    await metering.close();
  };
  return {
    samples: () => brokerSamples(watched),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}
