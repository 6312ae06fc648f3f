import { totalmem } from 'node:os';

/** How the memory of one broker process is divided. Mebibytes. */
export interface MemoryPlan {
  readonly totalMb: number;
  /** For `--max-old-space-size`: objects. V8 ends the process beyond it, and counts no buffer in it. */
  readonly heapMb: number;
  /** Buffers of requests, answers and caches, and worker threads with what they decompress. */
  readonly outsideHeapMb: number;
}

export const brokerMemoryMbMin = 512;
/** A larger broker is better off as two: a full collection of its heap would be felt. */
const brokerMemoryMbMax = 6_144;
const heapMbMax = 2_048;

/**
 * What the brokers of a machine get where database, queue, API, worker and console run beside them: a third,
 * which they divide evenly.
 */
export function brokerMemoryMb(machineMb: number, brokers = 1): number {
  const [min, max] = [brokerMemoryMbMin * brokers, brokerMemoryMbMax * brokers];
  return Math.min(Math.max(Math.floor(machineMb / 3), min), max);
}

const dedicatedBrokersMax = 6;

/** How many brokers of Dedicated clusters a machine takes beside the shared ones, each with the least that a broker needs. */
export function dedicatedBrokersOf(machineMb: number): number {
  return Math.min(Math.floor(machineMb / 4 / brokerMemoryMbMin), dedicatedBrokersMax);
}

/** Most of a broker's memory are buffers: two fifths are for objects, up to what is collected in a quarter of a second. */
export function planMemory(totalMb: number): MemoryPlan {
  const heapMb = Math.min(Math.floor(totalMb * 0.4), heapMbMax);
  return { totalMb, heapMb, outsideHeapMb: totalMb - heapMb };
}

/** What the machine has, or what the container may use of it. */
export function machineMemoryMb(): number {
  const containerBytes = process.constrainedMemory();
  const bytes = containerBytes > 0 ? Math.min(containerBytes, totalmem()) : totalmem();
  return Math.floor(bytes / (1024 * 1024));
}

/**
 * For the process of a broker, besides its `--max-old-space-size`. What it reads comes in buffers that are
 * garbage at once, and V8 begins with a heap so small that each few dozen mebibytes of them cost a full
 * collection: with room to begin with, there are a third as many. The young objects' part neither begins so small
 * that requests under way outlive it, nor grows so large that everybody waits 5 ms for what one tenant filled it with.
 */
export const brokerHeapFlags: readonly string[] = [
  '--initial-old-space-size=128',
  '--min-semi-space-size=8',
  '--max-semi-space-size=8',
];

/** Of a broker's process: four threads for writes and syncs, and as many for reads. */
export const brokerDiskThreads = 8;

/** Of each, where brokers of one machine divide them; with fewer a sync that takes long would hold up all that one has. */
export function brokerDiskThreadsOfEach(brokers: number): number {
  return Math.max(Math.floor(brokerDiskThreads / brokers), 4);
}
