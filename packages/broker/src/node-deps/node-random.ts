import { randomBytes, randomInt } from 'node:crypto';
import type { Random } from '../deps.ts';

export const nodeRandom: Random = {
  bytes: (length) => randomBytes(length),
  below: (bound) => randomInt(bound),
};
