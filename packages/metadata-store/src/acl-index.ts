import type { AclBinding, AclOperation, AclResourceType, RoleGrant } from './model.ts';

/** All of one cluster. */
type Entry = Omit<AclBinding, 'clusterId'>;

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
export const impliedBy: Readonly<Partial<Record<AclOperation, readonly AclOperation[]>>> = {
  DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'],
  DESCRIBE_CONFIGS: ['ALTER_CONFIGS'],
};

/**
 * Kafka's ACLs (KIP-11, KIP-290): any DENY that matches wins, then any ALLOW; nothing said means no. A
 * question costs what the bindings of that very name cost, and one look-up for each length that a prefix
 * has: a client asks for thousands of names at once, and a cluster may have thousands of bindings.
 */
export class AclIndex implements Authorizer {
  readonly #byPrincipal = new Map<string, Map<AclResourceType, Bindings>>();
  readonly #onAny = new Map<string, boolean>();

  /** `grants`: what roles allow, which counts like ACLs that allow it from everywhere. */
  constructor(bindings: readonly Entry[], grants: readonly RoleGrant[] = []) {
    for (const binding of bindings) this.#add(binding);
    for (const { operations, ...grant } of grants) {
      for (const operation of operations) this.#add({ ...grant, operation, permission: 'ALLOW', host: '*' });
    }
  }

  #add(binding: Entry): void {
    const types = this.#byPrincipal.get(binding.principal) ?? new Map<AclResourceType, Bindings>();
    const ofType = types.get(binding.resourceType) ?? new Bindings();
    ofType.add(binding);
    types.set(binding.resourceType, ofType);
    this.#byPrincipal.set(binding.principal, types);
  }

  /** Whether anything is said about the principal itself. */
  knows(principal: string): boolean {
    return this.#byPrincipal.has(principal);
  }

  allows(
    principal: string,
    host: string,
    operation: AclOperation,
    type: AclResourceType,
    name: string,
  ): boolean {
    const own = this.#byPrincipal.get(principal)?.get(type)?.judge(host, operation, name) ?? 'silent';
    if (own === 'denied') return false;
    const everybodys = this.#byPrincipal.get('User:*')?.get(type)?.judge(host, operation, name) ?? 'silent';
    return everybodys !== 'denied' && (own === 'allowed' || everybodys === 'allowed');
  }

  allowsOnAny(principal: string, host: string, operation: AclOperation, type: AclResourceType): boolean {
    const key = `${operation} ${type} ${host} ${principal}`;
    const known = this.#onAny.get(key);
    if (known !== undefined) return known;
    if (this.#onAny.size >= rememberedMax) this.#onAny.clear();
    const isAllowed = this.#findAny(principal, host, operation, type);
    this.#onAny.set(key, isAllowed);
    return isAllowed;
  }

  #findAny(principal: string, host: string, operation: AclOperation, type: AclResourceType): boolean {
    for (const owner of [principal, 'User:*']) {
      for (const binding of this.#byPrincipal.get(owner)?.get(type)?.all ?? []) {
        if (binding.permission !== 'ALLOW' || !coversHost(binding, host)) continue;
        if (!covers(binding.operation, operation)) continue;
        if (this.allows(principal, host, operation, type, binding.resourceName)) return true;
      }
    }
    return false;
  }
}

/** Answers about whole resource types that one set of bindings remembers. */
const rememberedMax = 1_000;

type Judgement = 'denied' | 'allowed' | 'silent';

/** One principal's bindings for one type of resource, found by the name that is asked about. */
class Bindings {
  readonly all: Entry[] = [];
  readonly #onEverything: Entry[] = [];
  readonly #literal = new Map<string, Entry[]>();
  readonly #prefixed = new Map<string, Entry[]>();
  readonly #prefixLengths = new Set<number>();

  add(binding: Entry): void {
    this.all.push(binding);
    const { resourceName } = binding;
    if (binding.patternType === 'PREFIXED') {
      this.#prefixLengths.add(resourceName.length);
      append(this.#prefixed, resourceName, binding);
    } else if (resourceName === '*') {
      this.#onEverything.push(binding);
    } else {
      append(this.#literal, resourceName, binding);
    }
  }

  judge(host: string, operation: AclOperation, name: string): Judgement {
    let judgement = judge(this.#onEverything, host, operation, 'silent');
    judgement = judge(this.#literal.get(name), host, operation, judgement);
    for (const length of this.#prefixLengths) {
      if (length > name.length) continue;
      judgement = judge(this.#prefixed.get(name.slice(0, length)), host, operation, judgement);
    }
    return judgement;
  }
}

function judge(
  bindings: readonly Entry[] | undefined,
  host: string,
  operation: AclOperation,
  before: Judgement,
): Judgement {
  let judgement = before;
  for (const binding of bindings ?? []) {
    if (judgement === 'denied') return judgement;
    if (!coversHost(binding, host)) continue;
    if (binding.permission === 'DENY') {
      if (binding.operation === 'ALL' || binding.operation === operation) judgement = 'denied';
    } else if (covers(binding.operation, operation)) {
      judgement = 'allowed';
    }
  }
  return judgement;
}

function append(lists: Map<string, Entry[]>, name: string, binding: Entry): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [binding]);
  else list.push(binding);
}

function covers(granted: AclOperation, asked: AclOperation): boolean {
  return granted === 'ALL' || granted === asked || (impliedBy[asked]?.includes(granted) ?? false);
}

function coversHost(binding: Entry, host: string): boolean {
  return binding.host === '*' || binding.host === host;
}
