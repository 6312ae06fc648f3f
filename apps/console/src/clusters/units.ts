import { z } from 'zod';

/** As the API bounds it; how many an organization may have is for the API to say. */
const unitsMax = 24;

export const unitsText = (cku: number): string => (cku === 1 ? '1 unit' : `${cku} units`);

/** What somebody types into a form as a number of units. */
export const unitsField = (min: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,3}$/, 'A whole number.')
    .transform(Number)
    .refine((units) => units >= min && units <= unitsMax, `From ${min} to ${unitsMax}.`);

/** A cluster over three zones goes on without one of them only if it has two units. */
export const unitsMinOf = (availability: string): number => (availability === 'MULTI_ZONE' ? 2 : 1);
