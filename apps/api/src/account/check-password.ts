import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { verifyPassword } from '../auth/password.ts';
import { nowhere, passwordCheckLimit, RateLimits } from '../http/rate-limits.ts';
import { invalid } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { AccountStore } from './account.store.ts';

/** Asks who is signed in for the password once more, before what a found session must not be able to do. */
@Injectable()
export class CheckPassword {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(AccountStore) private readonly store: AccountStore,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  /** The stored one, as it was looked at. Refuses with 400, and with 429 who guesses. */
  async run(userId: string, password: string, pointer: string): Promise<string> {
    const isCounted = await this.limits.count(passwordCheckLimit, userId, nowhere);
    const hash = await this.store.findPassword(this.db, userId);
    if (hash === null || !(await verifyPassword({ hash, password }))) {
      throw invalid(
        'The password is not right. If you have forgotten it, sign out and ask for a new one.',
        pointer,
      );
    }
    if (isCounted) await this.limits.giveBack(passwordCheckLimit, userId);
    return hash;
  }
}
