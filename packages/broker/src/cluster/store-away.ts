import { type MetadataStore, StoreError } from '@weir/metadata-store/port';

const away = () => Promise.reject(new StoreError('the store of the cell does not answer'));

/** In the store's place where it does not answer and only its picture of before is shown: nothing can be asked. */
export const storeAway: MetadataStore = {
  changesSince: away,
  watch: () => () => undefined,
  applyCluster: away,
  removeCluster: away,
  findCluster: away,
  applyCredential: away,
  removeCredential: away,
  findCredential: away,
  applyAcl: away,
  applyRoleGrants: away,
  applyRestraints: away,
  removeAcl: away,
  createTopic: away,
  deleteTopic: away,
  createPartitions: away,
  alterTopicConfigs: away,
  findTopic: away,
  alterPartitions: away,
  reassignPartitions: away,
  cordonBroker: away,
  electLeaders: away,
  electAsked: away,
  registerBroker: away,
  renewLease: away,
  unfenceBroker: away,
  retireBroker: away,
  shareLimits: away,
  shareSpent: away,
  endLease: away,
  allocateProducerIds: away,
  cellSecret: away,
  close: async () => undefined,
};
