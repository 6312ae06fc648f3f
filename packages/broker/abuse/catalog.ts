import type { AbuseCase } from './case.ts';
import { fillers } from './fillers.ts';
import { fullRate } from './full-rate.ts';
import { generatedCases } from './generated-cases.ts';
import { handshakeCases } from './handshake-cases.ts';
import { idle } from './idle-case.ts';
import { manners } from './manners.ts';
import { wide } from './wide.ts';

/** Everything that the campaign knows to do over Kafka. */
export const catalog: readonly AbuseCase[] = [
  idle,
  ...manners,
  ...handshakeCases,
  ...wide,
  ...fillers,
  ...fullRate,
  ...generatedCases,
];
