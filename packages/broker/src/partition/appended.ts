import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Committed } from './uncommitted.ts';

export type Appended =
  | {
      readonly ok: true;
      readonly baseOffset: number;
      /** -1 where the records keep the producer's own timestamps. */
      readonly logAppendTimeMs: number;
      /** The batch was in the log already; it does not count again. */
      readonly isRepeat: boolean;
      /** Settles when the batch is as safe as was asked for. */
      readonly committed: Promise<Committed>;
    }
  | { readonly ok: false; readonly error: ErrorName; readonly message: string | null };

export function refused(error: ErrorName, message: string | null): Appended {
  return { ok: false, error, message };
}
