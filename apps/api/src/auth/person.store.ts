import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

/** Who is here, asked before anybody has signed in. */
@Injectable()
export class PersonStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** Addresses are kept in lower case. */
  async isTaken(email: string): Promise<boolean> {
    const found = await this.db.user.findUnique({
      where: { email: email.toLowerCase() },
      select: { id: true },
    });
    return found !== null;
  }
}
