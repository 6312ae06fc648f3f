import type { AbuseCase } from './case.ts';
import { generatedCases } from './generated-cases.ts';
import { idle } from './idle-case.ts';

/** Everything that the campaign knows to do over Kafka. */
export const catalog: readonly AbuseCase[] = [idle, ...generatedCases];
