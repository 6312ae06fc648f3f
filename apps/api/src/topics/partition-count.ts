import type { OpenCluster } from '../kafka/kafka-clusters.ts';

/** How many partitions all topics of a cluster have, as its cell knows them. */
export const partitionCount = async ({ cluster, view }: OpenCluster): Promise<number> =>
  (await view.topics(cluster.id)).reduce((sum, { partitions }) => sum + partitions.length, 0);
