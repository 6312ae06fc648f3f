import type { AbuseCase } from './case.ts';

/** An abuser that is there and does nothing: what the victim's figures beside it are is what he has alone. */
export const idle: AbuseCase = {
  name: 'idle',
  does: 'nothing at all',
  run: (stage) => stage.pause(stage.leftMs),
};
