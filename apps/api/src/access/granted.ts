import type { NamedScope } from '@weir/contracts/crn';
import { lookPermissions, type Permission } from '@weir/contracts/roles';

/** Those of one role: the same set each time, so that having a role a thousand times is having it once. */
export type Permissions = ReadonlySet<Permission>;

/** What is bound on one thing, and what is bound on something that lies in it. */
export class Granted {
  readonly #bound = new Set<Permissions>();
  readonly #within = new Set<Permissions>();

  add(permissions: Permissions): void {
    this.#bound.add(permissions);
  }

  addLooks(permissions: Permissions): void {
    this.#within.add(permissions);
  }

  bound(permission: Permission): boolean {
    return anyIncludes(this.#bound, permission);
  }

  has(permission: Permission): boolean {
    return (
      this.bound(permission) || (lookPermissions.has(permission) && anyIncludes(this.#within, permission))
    );
  }
}

/** What is bound on names of one kind in one cluster. */
export class Names {
  readonly #literal = new Map<string, Set<Permissions>>();
  readonly #prefixed = new Map<string, Set<Permissions>>();
  readonly #prefixLengths = new Set<number>();

  add(permissions: Permissions, { isPrefix, name }: NamedScope): void {
    const names = isPrefix ? this.#prefixed : this.#literal;
    const found = names.get(name);
    if (found === undefined) names.set(name, new Set([permissions]));
    else found.add(permissions);
    if (isPrefix) this.#prefixLengths.add(name.length);
  }

  has(permission: Permission, { isPrefix, name }: NamedScope): boolean {
    if (!isPrefix && anyIncludes(this.#literal.get(name), permission)) return true;
    for (const length of this.#prefixLengths) {
      if (length > name.length) continue;
      if (anyIncludes(this.#prefixed.get(name.slice(0, length)), permission)) return true;
    }
    return false;
  }
}

const anyIncludes = (all: Iterable<Permissions> | undefined, permission: Permission): boolean => {
  for (const permissions of all ?? []) if (includes(permissions, permission)) return true;
  return false;
};

/** Kafka's ALL is each of the operations. */
const includes = (permissions: Permissions, permission: Permission): boolean => {
  if (permissions.has(permission)) return true;
  const [type] = permission.split(':');
  switch (type) {
    case 'TOPIC':
    case 'GROUP':
    case 'TRANSACTIONAL_ID':
    case 'CLUSTER':
      return permissions.has(`${type}:ALL`);
    default:
      return false;
  }
};
