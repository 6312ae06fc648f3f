import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { SignedIn } from '../account/signed-in.ts';
import { notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { MemberStore } from './member.store.ts';

/** Which of a person's organizations a session is about. Her others are not asked. */
@Injectable()
export class SwitchOrganization {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
  ) {}

  async run({ sessionId, userId }: SignedIn, organizationId: string): Promise<void> {
    await this.db.$transaction(async (tx) => {
      if ((await this.store.roleOf(tx, organizationId, userId)) === null) throw notFound();
      await this.store.switchTo(tx, sessionId, organizationId);
    });
  }
}
