import { Injectable } from '@nestjs/common';
import type { ControlTx } from '@weir/db/control';

/** A person's own row, which belongs to no organization. */
@Injectable()
export class AccountStore {
  /** False when nobody of that id has that address, or it was confirmed already. */
  async confirmAddress(tx: ControlTx, userId: string, email: string): Promise<boolean> {
    const { count } = await tx.user.updateMany({
      where: { id: userId, email, emailVerified: false },
      data: { emailVerified: true },
    });
    return count > 0;
  }
}
