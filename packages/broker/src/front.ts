import type { Identity } from './apis/handler.ts';
import type { Cell } from './cluster/cell.ts';
import type { Deps } from './deps.ts';
import { Dispatcher } from './dispatch/dispatcher.ts';
import { SaslDispatch } from './dispatch/sasl-dispatch.ts';
import { type Engine, takeReachedLimits } from './engine.ts';
import { Metering } from './metering/metering.ts';
import { Authenticator } from './security/authenticator.ts';
import { BearerAuthenticator } from './security/bearer-authenticator.ts';

/** What stands between connections and the engine, and counts what they use. */
export interface Front {
  readonly dispatcher: Dispatcher;
  readonly metering: Metering;
}

export interface FrontOptions {
  readonly brokerId: number;
  /** For which life of the broker is counted what is used; left out where it has not registered. */
  readonly bootEpoch?: number;
  readonly anonymousClusterId: string | null;
  readonly decoyKey: Buffer;
}

export function openFront({ deps, services }: Engine, options: FrontOptions): Front {
  const { cell, written } = services;
  const { brokerId, bootEpoch, anonymousClusterId, decoyKey } = options;
  const metering = new Metering(deps, brokerId, bootEpoch, () => takeReachedLimits(cell), written);
  metering.onBilled = (client, direction, bytes, endMs) =>
    cell.clusters.get(client.clusterId)?.budgets.charge(direction, client, bytes, endMs);
  const { clock, random, workers } = deps;
  const credentials = {
    findCredential: (keyId: string) => cell.findCredential(keyId),
    findNewestCredential: (keyId: string) => cell.findNewestCredential(keyId),
  };
  const authenticator = new Authenticator({ clock, random, workers, decoyKey, ...credentials });
  const anonymous = anonymousIdentity(cell, anonymousClusterId, metering);
  const bearer = deps.tokens === undefined ? null : new BearerAuthenticator(deps.tokens);
  const sasl = new SaslDispatch(authenticator, cell, metering, bearer);
  return { dispatcher: new Dispatcher(services, sasl, anonymous), metering };
}

function anonymousIdentity(
  cell: Cell,
  clusterId: string | null,
  metering: Metering,
): (() => Identity) | null {
  if (clusterId === null) return null;
  const principal = 'User:ANONYMOUS';
  return () => {
    const cluster = cell.clusters.get(clusterId);
    if (cluster === undefined) throw new Error(`the cluster ${clusterId} is missing from the metadata store`);
    return { cluster, principal, keyId: null, meter: metering.client(clusterId, principal, '') };
  };
}

/** Kept on disk: an unknown key's made-up salt must not change with a restart, or it would tell. */
export async function persistentDecoyKey(deps: Pick<Deps, 'disk' | 'random'>): Promise<Buffer> {
  const known = await deps.disk.readWhole('decoy-key');
  if (known !== null && known.length === 32) return known;
  const fresh = deps.random.bytes(32);
  await deps.disk.makeDir('');
  await deps.disk.replace('decoy-key', fresh);
  await deps.disk.syncDir('');
  return fresh;
}
