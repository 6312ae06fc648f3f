import { staleBrokerEpoch } from '../broker-rules.ts';
import { checkTold, decideShares, type HeldShares, sharesOf } from '../limit-shares.ts';
import type { ClientQuotaRecord, ClusterLimits } from '../model.ts';
import type { BrokerLifeId, LimitShares, MetadataStore, ToldUse } from '../port.ts';
import type { CellDatabase, Queryable } from './database.ts';

interface ShareRow {
  readonly broker_count: number;
  readonly boot_epoch: number | null;
  readonly rows: readonly {
    readonly cluster_id: string;
    readonly broker_id: number;
    readonly held: HeldShares['held'];
  }[];
}

/** What is held by brokers that are not fenced, and by the one that asks; a row of a former life is of no interest. */
const readShares = `SELECT
  (SELECT count(*)::int FROM brokers WHERE NOT is_fenced OR broker_id = $1) AS broker_count,
  (SELECT boot_epoch FROM brokers WHERE broker_id = $1) AS boot_epoch,
  coalesce((SELECT json_agg(json_build_object('cluster_id', s.cluster_id, 'broker_id', s.broker_id, 'held', s.held))
    FROM limit_shares s JOIN brokers b USING (broker_id, boot_epoch) JOIN clusters c USING (cluster_id)
    WHERE NOT b.is_fenced OR b.broker_id = $1), '[]') AS rows`;

export async function shareLimits(
  database: CellDatabase,
  life: BrokerLifeId,
  told: readonly ToldUse[],
): ReturnType<MetadataStore['shareLimits']> {
  checkTold(told);
  // Most of the time there is nothing to tell: one statement, which waits for nobody.
  if (told.length === 0) {
    const [row] = await database.read<ShareRow>('shareLimits', readShares, [life.brokerId]);
    return answer(life, new Shares(life, row));
  }
  return database.oneAtATime('shareLimits', async (session) => {
    const [row] = await session.query<ShareRow>(readShares, [life.brokerId]);
    const shares = new Shares(life, row);
    if (shares.isOfThisLife) await decideAll(session, { life, shares }, told);
    return answer(life, shares);
  });
}

function answer(life: BrokerLifeId, shares: Shares): Awaited<ReturnType<MetadataStore['shareLimits']>> {
  if (!shares.isOfThisLife) return staleBrokerEpoch(life.brokerId);
  return { ok: true, value: shares.all() };
}

class Shares {
  readonly isOfThisLife: boolean;
  readonly brokers: number;
  readonly #life: BrokerLifeId;
  readonly #rows = new Map<string, Map<number, HeldShares>>();

  constructor(life: BrokerLifeId, row: ShareRow | undefined) {
    this.#life = life;
    this.isOfThisLife = row?.boot_epoch === life.bootEpoch;
    this.brokers = row?.broker_count ?? 1;
    for (const { cluster_id, broker_id, held } of row?.rows ?? [])
      this.#ofCluster(cluster_id).set(broker_id, { brokerId: broker_id, held });
  }

  #ofCluster(clusterId: string): Map<number, HeldShares> {
    const known = this.#rows.get(clusterId) ?? new Map<number, HeldShares>();
    this.#rows.set(clusterId, known);
    return known;
  }

  of(clusterId: string): { readonly own: HeldShares | null; readonly others: readonly HeldShares[] } {
    const rows = this.#rows.get(clusterId) ?? new Map<number, HeldShares>();
    const own = rows.get(this.#life.brokerId) ?? null;
    return { own, others: [...rows.values()].filter((row) => row !== own) };
  }

  set(clusterId: string, held: HeldShares['held'] | null): void {
    const { brokerId } = this.#life;
    if (held === null) this.#ofCluster(clusterId).delete(brokerId);
    else this.#ofCluster(clusterId).set(brokerId, { brokerId, held });
  }

  all(): LimitShares[] {
    const known = [...this.#rows].filter(([, rows]) => rows.size > 0);
    return known.map(([clusterId]) => {
      const { own, others } = this.of(clusterId);
      return sharesOf(clusterId, own, others);
    });
  }
}

async function decideAll(
  session: Queryable,
  { life, shares }: { readonly life: BrokerLifeId; readonly shares: Shares },
  told: readonly ToldUse[],
): Promise<void> {
  // A cluster that is being removed, or gets other limits, is not waited for: the next round sees it.
  const clusters = await session.query<{
    cluster_id: string;
    limits: ClusterLimits;
    client_quotas: readonly ClientQuotaRecord[] | null;
  }>('SELECT cluster_id, limits, client_quotas FROM clusters WHERE cluster_id = ANY ($1)', [
    told.map(({ clusterId }) => clusterId),
  ]);
  const clusterOf = new Map(clusters.map((cluster) => [cluster.cluster_id, cluster]));
  const decided = new Map<string, HeldShares['held'] | null>();
  for (const use of told) {
    const { clusterId } = use;
    const cluster = clusterOf.get(clusterId);
    if (cluster === undefined) continue;
    const { limits, client_quotas: clientQuotas } = cluster;
    const facts = { limits, clientQuotas: clientQuotas ?? [], brokers: shares.brokers };
    const held = decideShares(use, { ...facts, ...shares.of(clusterId) });
    shares.set(clusterId, held);
    decided.set(clusterId, held);
  }
  await write(session, life, decided);
}

/** Rows of lives and clusters that are over go as well: there is no foreign key, for whose check the two would wait. */
async function write(
  session: Queryable,
  { brokerId, bootEpoch }: BrokerLifeId,
  decided: ReadonlyMap<string, HeldShares['held'] | null>,
): Promise<void> {
  const kept = [...decided].filter(([, held]) => held !== null);
  await session.query(
    `WITH gone AS (
       DELETE FROM limit_shares s
       WHERE NOT (s.broker_id = $1 AND s.cluster_id = ANY ($4))
         AND ((s.broker_id = $1 AND s.cluster_id = ANY ($3))
           OR NOT EXISTS (SELECT 1 FROM brokers b WHERE b.broker_id = s.broker_id AND b.boot_epoch = s.boot_epoch)
           OR NOT EXISTS (SELECT 1 FROM clusters c WHERE c.cluster_id = s.cluster_id)))
     INSERT INTO limit_shares AS s (cluster_id, broker_id, boot_epoch, held)
     SELECT cluster_id, $1, $2, held FROM unnest($4::text[], $5::jsonb[]) AS k (cluster_id, held)
     ON CONFLICT (cluster_id, broker_id) DO UPDATE SET boot_epoch = excluded.boot_epoch, held = excluded.held
       WHERE s.boot_epoch <> excluded.boot_epoch OR s.held <> excluded.held`,
    [
      brokerId,
      bootEpoch,
      [...decided.keys()],
      kept.map(([clusterId]) => clusterId),
      kept.map(([, held]) => JSON.stringify(held)),
    ],
  );
}
