import type { AclBinding, AclOperation, AclResourceType } from './model.ts';

/** What a principal may do; decided over one immutable set of bindings. */
export interface Authorizer {
  allows(
    principal: string,
    host: string,
    operation: AclOperation,
    type: AclResourceType,
    name: string,
  ): boolean;
  /** Whether the operation is allowed on at least one resource of the type (KIP-538 and IDEMPOTENT_WRITE). */
  allowsOnAny(principal: string, host: string, operation: AclOperation, type: AclResourceType): boolean;
}

/** The standalone broker's: whoever reaches it may do everything. */
export const allowEverything: Authorizer = { allows: () => true, allowsOnAny: () => true };

/** KIP-11: who may read, write, delete or alter a resource may also see that it is there. */
const impliedBy: Readonly<Partial<Record<AclOperation, readonly AclOperation[]>>> = {
  DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'],
  DESCRIBE_CONFIGS: ['ALTER_CONFIGS'],
};

/** Kafka's ACLs (KIP-11, KIP-290): any DENY that matches wins, then any ALLOW; nothing said means no. */
export class AclIndex implements Authorizer {
  readonly #byPrincipal = new Map<string, AclBinding[]>();

  constructor(bindings: readonly AclBinding[]) {
    for (const binding of bindings) {
      const list = this.#byPrincipal.get(binding.principal);
      if (list === undefined) this.#byPrincipal.set(binding.principal, [binding]);
      else list.push(binding);
    }
  }

  allows(
    principal: string,
    host: string,
    operation: AclOperation,
    type: AclResourceType,
    name: string,
  ): boolean {
    let allowed = false;
    for (const owner of [principal, 'User:*']) {
      for (const binding of this.#byPrincipal.get(owner) ?? []) {
        if (binding.resourceType !== type || !coversName(binding, name) || !coversHost(binding, host))
          continue;
        if (binding.permission === 'DENY') {
          if (binding.operation === 'ALL' || binding.operation === operation) return false;
        } else if (covers(binding.operation, operation)) {
          allowed = true;
        }
      }
    }
    return allowed;
  }

  allowsOnAny(principal: string, host: string, operation: AclOperation, type: AclResourceType): boolean {
    for (const owner of [principal, 'User:*']) {
      for (const binding of this.#byPrincipal.get(owner) ?? []) {
        if (binding.resourceType !== type || binding.permission !== 'ALLOW' || !coversHost(binding, host))
          continue;
        if (!covers(binding.operation, operation)) continue;
        if (this.allows(principal, host, operation, type, binding.resourceName)) return true;
      }
    }
    return false;
  }
}

function covers(granted: AclOperation, asked: AclOperation): boolean {
  return granted === 'ALL' || granted === asked || (impliedBy[asked]?.includes(granted) ?? false);
}

function coversName(binding: AclBinding, name: string): boolean {
  if (binding.patternType === 'PREFIXED') return name.startsWith(binding.resourceName);
  return binding.resourceName === '*' || binding.resourceName === name;
}

function coversHost(binding: AclBinding, host: string): boolean {
  return binding.host === '*' || binding.host === host;
}
