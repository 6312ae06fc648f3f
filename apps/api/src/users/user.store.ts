import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = { id: true, name: true, email: true, createdAt: true, updatedAt: true } as const;

@Injectable()
export class UserStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string): Promise<UserRow | null> {
    return this.db.user.findFirst({ where: { id, members: { some: { organizationId } } }, select: columns });
  }

  /** `id` null: all of them. */
  async list(organizationId: string, id: string | null, request: PageRequest): Promise<Page<UserRow>> {
    const scope = { members: { some: { organizationId } }, ...(id === null ? {} : { id }) };
    const [rows, total] = await Promise.all([
      this.db.user.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.user.count({ where: scope }),
    ]);
    return { rows, total };
  }
}
