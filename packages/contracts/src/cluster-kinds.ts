/** What a tenant buys, and what each kind may use at most. The broker enforces every figure. */
export const clusterKinds = ['Basic', 'Standard', 'Dedicated'] as const;
export type ClusterKind = (typeof clusterKinds)[number];

export interface KindLimits {
  readonly ingressBytesPerSecMax: number;
  readonly egressBytesPerSecMax: number;
  readonly requestsPerSecMax: number;
  readonly connectionsMax: number;
  readonly partitionsMax: number;
  readonly groupsMax: number;
  readonly aclsMax: number;
  readonly messageBytesMax: number;
  readonly storedBytesMax: number;
  /** However long a topic says: what is older goes. Topics that are compacted keep the newest of each key. */
  readonly retentionMsMax: number;
}

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;
const yearMs = 365 * 86_400_000;
const unbounded = Number.MAX_SAFE_INTEGER;

export const limitsOfBasic: KindLimits = {
  ingressBytesPerSecMax: 250 * mebibyte,
  egressBytesPerSecMax: 750 * mebibyte,
  requestsPerSecMax: 15_000,
  connectionsMax: 1_000,
  partitionsMax: 2_048,
  groupsMax: 1_000,
  aclsMax: 1_000,
  messageBytesMax: 8 * mebibyte,
  storedBytesMax: 5_000 * gibibyte,
  retentionMsMax: yearMs,
};

export const limitsOfStandard: KindLimits = {
  ...limitsOfBasic,
  requestsPerSecMax: 30_000,
  connectionsMax: 10_000,
  partitionsMax: 4_096,
  groupsMax: 5_000,
  aclsMax: 10_000,
  storedBytesMax: 50_000 * gibibyte,
  retentionMsMax: unbounded,
};

/** A dedicated cluster is bought in units (CKU); rates and connections grow with their number. */
export const limitsOfDedicated = (cku: number): KindLimits => ({
  ingressBytesPerSecMax: cku * 60 * mebibyte,
  egressBytesPerSecMax: cku * 180 * mebibyte,
  requestsPerSecMax: cku * 15_000,
  connectionsMax: cku * 18_000,
  partitionsMax: Math.min(cku * 4_500, 100_000),
  groupsMax: 10_000,
  aclsMax: 10_000,
  messageBytesMax: 20 * mebibyte,
  storedBytesMax: cku * 20_000 * gibibyte,
  retentionMsMax: unbounded,
});

/** Of what a dedicated cluster's brokers are made: one a unit, and one in each zone at least. */
export interface DedicatedShape {
  readonly brokers: number;
  /** Over how many zones they are spread. */
  readonly racks: number;
}

export const zonesOfMultiZone = 3;

export const shapeOfDedicated = (cku: number, isMultiZone: boolean): DedicatedShape =>
  isMultiZone
    ? { brokers: Math.max(cku, zonesOfMultiZone), racks: zonesOfMultiZone }
    : { brokers: cku, racks: 1 };
