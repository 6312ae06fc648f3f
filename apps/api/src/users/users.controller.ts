import { Controller, Inject } from '@nestjs/common';
import { getUser, listUsers, User } from '@weir/contracts/iam';
import type { ResponseOf } from '@weir/contracts/operation';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { type UserRow, UserStore } from './user.store.ts';

const path = '/iam/v2/users';

@Controller()
export class UsersController {
  constructor(
    @Inject(UserStore) private readonly store: UserStore,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listUsers)
  async list(
    @TheCall(listUsers) call: Call,
    @Input(listUsers) input: InputOf<typeof listUsers>,
  ): Promise<ResponseOf<typeof listUsers>> {
    const request = pageRequest(input.query);
    const { organizationId } = call.caller;
    // Who looks after nobody's access sees nobody but herself.
    const all = call.caller.access.allows('directory:read', organizationScope);
    const page = await this.store.list(organizationId, all ? null : call.caller.id, request);
    const { rows, metadata } = presentPage(page, request, this.links, path);
    const data = rows.map((row) => this.#present(row, organizationId));
    return { api_version: 'iam/v2', kind: 'UserList', metadata, data };
  }

  @Handles(getUser)
  async get(
    @TheCall(getUser) call: Call,
    @Input(getUser) input: InputOf<typeof getUser>,
  ): Promise<ResponseOf<typeof getUser>> {
    const { organizationId } = call.caller;
    const { id } = input.params;
    const seen = id === call.caller.id || call.caller.access.allows('directory:read', organizationScope);
    const row = seen ? await this.store.find(organizationId, id) : null;
    if (!row) throw notFound();
    return this.#present(row, organizationId);
  }

  #present(row: UserRow, organizationId: string): User {
    const name = this.links.resourceName(['organization', organizationId], ['user', row.id]);
    return User.parse({
      api_version: 'iam/v2',
      kind: 'User',
      id: row.id,
      metadata: this.links.metadata(`${path}/${row.id}`, name, row),
      full_name: row.name,
      email: row.email,
      auth_type: 'AUTH_TYPE_LOCAL',
    });
  }
}
