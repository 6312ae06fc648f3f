import { type DedicatedShape, shapeOfDedicated } from '@weir/contracts/cluster-kinds';
import type { Availability, ClusterConfig } from '@weir/contracts/clusters';
import type { z } from 'zod';
import { invalid, type Refused } from '../http/refused.ts';

type ClusterAvailability = z.infer<typeof Availability>;
type Kind = ClusterConfig['kind'];

export interface Region {
  readonly cloud: string;
  readonly region: string;
}

/** A shared cell on which clusters are placed. */
export interface OpenCell extends Region {
  readonly id: string;
  /** Null: the installation's own. */
  readonly bootstrapEndpoint: string | null;
}

export type Placement = Region &
  /** On one of these, whichever has the least to do; or on brokers of its own. */
  (
    | { readonly on: 'shared'; readonly cells: readonly OpenCell[] }
    | { readonly on: 'dedicated'; readonly shape: DedicatedShape }
  );

export interface WantedCluster {
  readonly cloud?: string | undefined;
  readonly region?: string | undefined;
  readonly config: ClusterConfig;
  readonly availability: ClusterAvailability;
}

export const offeredKinds = (dedicatedBrokersMax: number): readonly Kind[] =>
  dedicatedBrokersMax > 0 ? ['Basic', 'Standard', 'Dedicated'] : ['Basic', 'Standard'];

export const offeredAvailabilities: Readonly<Record<Kind, readonly ClusterAvailability[]>> = {
  Basic: ['SINGLE_ZONE', 'LOW'],
  Standard: ['SINGLE_ZONE', 'LOW'],
  Dedicated: ['SINGLE_ZONE', 'MULTI_ZONE'],
};

/** A zone that fails leaves two others only where there are two units to carry on. */
const ckuMinOfMultiZone = 2;

/**
 * Where a cluster of that kind may go, or why it goes nowhere: without a region, into the local one. A region is where
 * shared cells are open; `brokersMax` is how many brokers all dedicated clusters may have together. Pure.
 */
export const placeCluster = (
  wanted: WantedCluster,
  open: readonly OpenCell[],
  local: Region,
  brokersMax: number,
): Placement | Refused => {
  const cloud = wanted.cloud?.toUpperCase() ?? local.cloud;
  const { availability, config, region = local.region } = wanted;
  const cells = open.filter((cell) => cell.cloud === cloud && cell.region === region);
  if (cells.length === 0) {
    const there = [...new Set(open.map((cell) => `${cell.cloud} ${cell.region}`))].join(', ');
    return invalid(`There are no clusters in ${cloud} ${region}. Choose one of: ${there}.`, '/spec/region');
  }
  const kinds = offeredKinds(brokersMax);
  if (!kinds.includes(config.kind)) {
    const detail = `${cloud} ${region} offers ${kinds.join(' and ')} clusters, not ${config.kind}.`;
    return invalid(detail, '/spec/config/kind');
  }
  const offered = offeredAvailabilities[config.kind];
  if (!offered.includes(availability)) {
    const detail = `${config.kind} clusters in ${cloud} ${region} are not offered as ${availability}. Choose one of: ${offered.join(', ')}.`;
    return invalid(detail, '/spec/availability');
  }
  if (config.kind !== 'Dedicated') return { on: 'shared', cloud, region, cells };
  const shape = shapeOf(config.cku, availability);
  return unitsProblem(config.cku, availability) ?? { on: 'dedicated', cloud, region, shape };
};

/** Why a dedicated cluster cannot have so few units; null: it can. */
export const unitsProblem = (cku: number, availability: string): Refused | null =>
  availability === 'MULTI_ZONE' && cku < ckuMinOfMultiZone
    ? invalid(
        `A MULTI_ZONE cluster has ${ckuMinOfMultiZone} units at least: set cku to ${ckuMinOfMultiZone} or more, or availability to SINGLE_ZONE.`,
        '/spec/config/cku',
      )
    : null;

export const shapeOf = (cku: number, availability: string): DedicatedShape =>
  shapeOfDedicated(cku, availability === 'MULTI_ZONE');
