import type { NamedScope, Scope } from '@weir/contracts/crn';
import {
  type CloudPermission,
  type Permission,
  RoleName,
  roles,
  type ScopeKind,
} from '@weir/contracts/roles';
import { Granted, Names, type Permissions } from './granted.ts';

/** A role that somebody has, in the organization that all of this is about. */
export interface HeldRole {
  readonly roleName: RoleName;
  readonly scope: Scope;
}

/** Which objects of an organization somebody has a permission on, for queries. */
export interface Reach {
  readonly everywhere: boolean;
  readonly environmentIds: readonly string[];
  readonly clusterIds: readonly string[];
  readonly serviceAccountIds: readonly string[];
}

const permissionsOf = new Map<RoleName, Permissions>(
  RoleName.options.map((name) => [name, new Set(roles[name].permissions)]),
);

/**
 * What one caller may do, by all of his roles: the one place that decides it for the control plane. Pure. What he
 * may do inside a cluster its brokers decide, by what the same roles allow and the cluster's ACLs.
 *
 * A role counts on what it is bound on and on all that lies in it. A question costs a look-up a level, however many
 * roles there are, and one more for each length that a prefix has.
 */
export class Access {
  readonly #organization = new Granted();
  readonly #environments = new Map<string, Granted>();
  readonly #clusters = new Map<string, Granted>();
  readonly #serviceAccounts = new Map<string, Granted>();
  readonly #named = new Map<string, Names>();
  readonly #held: readonly HeldRole[];

  constructor(held: readonly HeldRole[]) {
    this.#held = held;
    for (const { roleName, scope } of held) {
      const permissions = permissionsOf.get(roleName);
      if (permissions) this.#add(permissions, scope);
    }
  }

  #add(permissions: Permissions, scope: Scope): void {
    if (scope.kind === 'organization') this.#organization.add(permissions);
    else this.#organization.addLooks(permissions);
    switch (scope.kind) {
      case 'organization':
        return;
      case 'service-account':
        at(this.#serviceAccounts, scope.serviceAccountId).add(permissions);
        return;
      case 'environment':
        at(this.#environments, scope.environmentId).add(permissions);
        return;
      case 'cluster':
        at(this.#environments, scope.environmentId).addLooks(permissions);
        at(this.#clusters, scope.clusterId).add(permissions);
        return;
      case 'topic':
      case 'group':
      case 'transactional-id': {
        at(this.#environments, scope.environmentId).addLooks(permissions);
        at(this.#clusters, scope.clusterId).addLooks(permissions);
        const key = namedKey(scope);
        const names = this.#named.get(key) ?? new Names();
        this.#named.set(key, names);
        names.add(permissions, scope);
      }
    }
  }

  /** On the whole of `scope`: of a prefix, on everything that begins so. */
  allows(permission: Permission, scope: Scope): boolean {
    if (this.#organization.bound(permission)) return true;
    switch (scope.kind) {
      case 'organization':
        return this.#organization.has(permission);
      case 'service-account':
        return ['*', scope.serviceAccountId].some(
          (id) => this.#serviceAccounts.get(id)?.has(permission) ?? false,
        );
      case 'environment':
        return this.#environments.get(scope.environmentId)?.has(permission) ?? false;
      case 'cluster':
        return (
          (this.#environments.get(scope.environmentId)?.bound(permission) ?? false) ||
          (this.#clusters.get(scope.clusterId)?.has(permission) ?? false)
        );
      case 'topic':
      case 'group':
      case 'transactional-id':
        return (
          (this.#environments.get(scope.environmentId)?.bound(permission) ?? false) ||
          (this.#clusters.get(scope.clusterId)?.bound(permission) ?? false) ||
          (this.#named.get(namedKey(scope))?.has(permission, scope) ?? false)
        );
    }
  }

  /** Nobody gives more than he has, and only who may give roles there at all. */
  mayGrant(roleName: RoleName, scope: Scope): boolean {
    if (!this.allows('role-binding:manage', scope)) return false;
    return permissionsAt(roleName, scope.kind).every((permission) => this.allows(permission, scope));
  }

  reach(permission: CloudPermission): Reach {
    const having = (granted: ReadonlyMap<string, Granted>) =>
      [...granted].filter(([, each]) => each.has(permission)).map(([id]) => id);
    const serviceAccountIds = having(this.#serviceAccounts);
    return {
      everywhere: this.#organization.bound(permission),
      // Who only looks into an environment, on the way to something in it, has not all of it.
      environmentIds: [...this.#environments].filter(([, each]) => each.bound(permission)).map(([id]) => id),
      clusterIds: having(this.#clusters),
      serviceAccountIds,
    };
  }

  /** Names in clusters that a permission is bound on. */
  namesWith(permission: CloudPermission): readonly NamedScope[] {
    return this.#held.flatMap(({ roleName, scope }) =>
      'name' in scope && permissionsOf.get(roleName)?.has(permission) ? [scope] : [],
    );
  }

  /** Environments that are seen, whether all of it is or only a way through. */
  seenEnvironmentIds(): readonly string[] {
    return [...this.#environments].filter(([, each]) => each.has('environment:read')).map(([id]) => id);
  }
}

export const noAccess = new Access([]);

const at = (granted: Map<string, Granted>, id: string): Granted => {
  const found = granted.get(id) ?? new Granted();
  granted.set(id, found);
  return found;
};

const namedKey = ({ clusterId, kind }: NamedScope): string => `${clusterId} ${kind}`;

const typeOfNamed = { topic: 'TOPIC', group: 'GROUP', 'transactional-id': 'TRANSACTIONAL_ID' } as const;

/** What a role comes to where it is bound: on a topic nothing about groups. */
const permissionsAt = (roleName: RoleName, kind: ScopeKind): readonly Permission[] =>
  roles[roleName].permissions.filter((permission) => {
    const [type = ''] = permission.split(':');
    if (type === type.toLowerCase()) return true;
    if (kind === 'topic' || kind === 'group' || kind === 'transactional-id')
      return type === typeOfNamed[kind];
    return true;
  });
