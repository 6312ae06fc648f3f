import { Inject, Injectable } from '@nestjs/common';
import type { Call } from '../http/call.ts';
import { AuditReaderStore } from './audit-reader.store.ts';
import { type CheckedChain, followChain } from './follow-chain.ts';
import { requireAuditReader } from './require-audit-reader.ts';

/** So many of a call; hashing them takes some tenths of a second, in turns of a few milliseconds. */
const checkedMax = 10_000n;

/** Looks whether the log of the caller's organization goes on from a place as it was written. */
@Injectable()
export class CheckChain {
  constructor(@Inject(AuditReaderStore) private readonly reader: AuditReaderStore) {}

  /** `hash`: what the caller remembers of the event `after`. */
  execute(call: Call, after: number, hash: string | undefined): Promise<CheckedChain> {
    requireAuditReader(call);
    return followChain(this.reader, call.caller.organizationId, { after: BigInt(after), hash }, checkedMax);
  }
}
