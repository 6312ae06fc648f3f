import {
  coldReadsMax,
  openFilesMax,
  segmentBytesMin,
  segmentBytesWhenManyMin,
  segmentMsMin,
  segmentsPerClusterMax,
} from './limits.ts';
import type { DiskBounds } from './log/bounded-disk.ts';
import type { SegmentBounds } from './log/segment-share.ts';

/** Bounds that follow from the machine, or that a simulation draws small so that it meets them. */
export interface EngineBounds extends DiskBounds, SegmentBounds {}

export const segmentBounds: SegmentBounds = {
  segmentMsMin,
  segmentBytesMin,
  segmentsPerClusterMax,
  segmentBytesWhenManyMin,
};

export const engineBounds: EngineBounds = { ...segmentBounds, openFilesMax, coldReadsMax };
