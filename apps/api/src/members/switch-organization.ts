import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import type { SignedIn } from '../account/signed-in.ts';
import { conflict, notFound } from '../http/refused.ts';
import { OrganizationStore } from '../organizations/organization.store.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { MemberStore } from './member.store.ts';

/** Which of a person's organizations a session is about. Her others are not asked. */
@Injectable()
export class SwitchOrganization {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(MemberStore) private readonly store: MemberStore,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
  ) {}

  async run(signedIn: SignedIn, organizationId: string): Promise<void> {
    const { sessionId, userId } = signedIn;
    await this.db.$transaction(async (tx) => {
      if (!(await this.store.isMember(tx, organizationId, userId))) throw notFound();
      const opened = await this.organizations.findMembership(userId, organizationId, signedIn);
      if (opened?.organizationId !== organizationId) throw otherWayIn(signedIn);
      await this.store.switchTo(tx, sessionId, organizationId);
    });
  }
}

const otherWayIn = ({ ssoOrganizationId }: SignedIn) =>
  ssoOrganizationId === null
    ? conflict('sso_required', 'That organization lets you in by single sign-on only. Sign in with it.')
    : conflict(
        'bound_session',
        'You came in by an organization’s single sign-on, which opens that one only. Sign in with your password for your others.',
      );
