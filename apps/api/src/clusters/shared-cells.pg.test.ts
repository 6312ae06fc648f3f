import { createCluster, deleteCluster } from '@weir/contracts/clusters';
import { deleteClusterForGood } from '@weir/contracts/deleted-clusters';
import { listRegions } from '@weir/contracts/regions';
import { listTopics } from '@weir/contracts/topics';
import { schemaOfCell } from '@weir/db/cell-schema';
import { migrateCell } from '@weir/db/migrate-cell';
import { createCell, setBootstrap } from '@weir/provisioning/cell.store';
import { type Cells, localCellId, openCells } from '@weir/provisioning/cells';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

const further = 'cell-0123456789';
let api: TestApi;
let cells: Cells & { close(): Promise<void> };
let person: ApiClient;
beforeAll(async () => {
  api = await startTestApi({
    settings: { localRegion: { cloud: 'AWS', region: 'eu-central-1' } },
    makeCells: (url, localSchema) => {
      cells = openCells({ url, localSchema, onIncident: () => undefined });
      return cells;
    },
  });
  person = await api.signUp();
  await migrateCell(api.platform.settings.cellUrl, schemaOfCell(further));
  const place = { kind: 'shared', cloud: 'LOCAL', region: 'local' } as const;
  await createCell(api.platform.db, { id: further, ...place, brokersWanted: 1, racks: 1 });
});
afterAll(async () => {
  await api.close();
  await cells.close();
});

const create = () => person.call(createCluster, { body: { spec: { display_name: 'c' } } });
const cellsOfClusters = async () => {
  const rows = await api.platform.db.cluster.findMany({
    where: { deletedAt: null },
    select: { cellId: true },
  });
  const count = (cellId: string) => rows.filter((row) => row.cellId === cellId).length;
  return [count(localCellId), count(further)];
};

it('takes no clusters before its brokers are there, and then the next ones until it has as many as the others', async () => {
  await create();
  await create();
  expect(await cellsOfClusters()).toEqual([2, 0]);
  await setBootstrap(api.platform.db, further, 'localhost:20000');
  const made = await create();
  expect(made.spec.kafka_bootstrap_endpoint).toBe('SASL_PLAINTEXT://localhost:20000');
  expect(made.status.phase).toBe('PROVISIONED');
  await create();
  expect(await cellsOfClusters()).toEqual([2, 2]);
  expect(await cells.store(further).findCluster(made.id)).not.toBeNull();
  expect(await cells.store(localCellId).findCluster(made.id)).toBeNull();
  expect((await person.call(listTopics, { params: { cluster_id: made.id } })).data).toEqual([]);

  await api.platform.db.cell.update({ where: { id: further }, data: { state: 'DRAINING' } });
  await create();
  expect(await cellsOfClusters()).toEqual([3, 2]);
  await person.call(deleteCluster, { params: { id: made.id } });
  await person.call(deleteClusterForGood, { params: { id: made.id } });
  expect(await cells.store(further).findCluster(made.id)).toBeNull();
});

it('is of one region with the installation’s own, by the name that the operator gave it', async () => {
  const { data } = await person.call(listRegions, {});
  expect(data).toEqual([
    {
      ...{
        api_version: 'cmk/v2',
        kind: 'Region',
        id: 'AWS.eu-central-1',
        cloud: 'AWS',
        region_name: 'eu-central-1',
      },
      cluster_kinds: [
        { kind: 'Basic', availabilities: ['SINGLE_ZONE', 'LOW'] },
        { kind: 'Standard', availabilities: ['SINGLE_ZONE', 'LOW'] },
      ],
    },
  ]);
});
