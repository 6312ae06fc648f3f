import { Inject, Injectable } from '@nestjs/common';
import { OrganizationStore } from './organization.store.ts';

/**
 * Gives a person an organization with a `default` environment. Runs when someone signs up, and again when a
 * session has no organization, which is what a crash in between would leave. Repeating it changes nothing.
 */
@Injectable()
export class EnsureTenancy {
  constructor(@Inject(OrganizationStore) private readonly organizations: OrganizationStore) {}

  run(person: { readonly id: string; readonly name: string }): Promise<void> {
    return this.organizations.createFor(person, `${person.name}'s organization`, 'default');
  }
}
