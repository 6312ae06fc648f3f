import { isPlainLine } from './plain-text.ts';

/** What a role is bound on, within an organization. */
export type Scope =
  | { readonly kind: 'organization' }
  | { readonly kind: 'environment'; readonly environmentId: string }
  | ClusterScope
  | NamedScope
  /** `*`: all of them. */
  | { readonly kind: 'service-account'; readonly serviceAccountId: string };

export interface ClusterScope {
  readonly kind: 'cluster';
  readonly environmentId: string;
  readonly clusterId: string;
}

/** Something in a cluster, by its name. */
export interface NamedScope {
  readonly kind: 'topic' | 'group' | 'transactional-id';
  readonly environmentId: string;
  readonly clusterId: string;
  readonly name: string;
  /** Everything whose name begins so; with an empty name everything. */
  readonly isPrefix: boolean;
}

export interface Crn {
  readonly organizationId: string;
  readonly scope: Scope;
}

export type ReadCrn =
  | { readonly ok: true; readonly crn: Crn }
  | { readonly ok: false; readonly problem: string };

/** Characters, with names encoded. */
export const crnLengthMax = 1_024;
/** Of a topic, group or transactional id, decoded. */
const nameLengthMax = 255;

const start = 'crn://weir/';
const form =
  'crn://weir/organization=<id>, then /service-account=<id>, or /environment=<id>/cloud-cluster=<id>/kafka=<id> ' +
  'and /topic=<name>, /group=<name> or /transactional-id=<name>, where a last `*` stands for any ending';

const tooLong = `A CRN has at most ${crnLengthMax} characters, with names percent-encoded.`;
const idForm = /^[A-Za-z0-9-]{1,64}$/;
const no = (problem: string): ReadCrn => ({ ok: false, problem });

/**
 *     crn     = "crn://weir/organization=" id [ "/service-account=" ( id / "*" ) / environment ]
 *     environment = "/environment=" id [ cluster ]
 *     cluster = "/cloud-cluster=" id [ "/kafka=" the same id [ named ] ]
 *     named   = "/" ( "topic" / "group" / "transactional-id" ) "=" name [ "*" ]
 *
 * Names are percent-encoded; a `*` that ends one makes it a prefix, unless it is encoded. Whether there are such
 * things is another question.
 */
export const readCrn = (text: string): ReadCrn => {
  if (text.length > crnLengthMax) return no(tooLong);
  if (!text.startsWith(start)) return no(`A CRN is ${form}.`);
  const parts = text.slice(start.length).split('/');
  const pairs = parts.map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, Math.max(0, at)), part.slice(at + 1)] as const;
  });
  const [organization, ...rest] = pairs;
  if (organization?.[0] !== 'organization' || !idForm.test(organization[1])) return no(`A CRN is ${form}.`);
  const scope = scopeOf(rest);
  if (typeof scope === 'string') return no(scope);
  const crn = { organizationId: organization[1], scope };
  return writeCrn(crn).length > crnLengthMax ? no(tooLong) : { ok: true, crn };
};

type Pairs = readonly (readonly [kind: string, value: string])[];

/** Or what is wrong. */
const scopeOf = (pairs: Pairs): Scope | string => {
  const [first, cluster, kafka, named, ...more] = pairs;
  if (first === undefined) return { kind: 'organization' };
  if (first[0] === 'service-account' && pairs.length === 1) {
    if (first[1] !== '*' && !idForm.test(first[1])) return `A CRN is ${form}.`;
    return { kind: 'service-account', serviceAccountId: first[1] };
  }
  if (first[0] !== 'environment' || more.length > 0) return `A CRN is ${form}.`;
  const environmentId = first[1];
  if (!idForm.test(environmentId)) {
    return 'An environment stands in a CRN by its id. For all of them, bind on the organization.';
  }
  if (cluster === undefined) return { kind: 'environment', environmentId };
  const clusterId = cluster[1];
  if (cluster[0] !== 'cloud-cluster') return `A CRN is ${form}.`;
  if (!idForm.test(clusterId)) {
    return 'A cluster stands in a CRN by its id. For all of them, bind on the environment.';
  }
  if (kafka !== undefined && (kafka[0] !== 'kafka' || kafka[1] !== clusterId)) {
    return 'After /cloud-cluster=<id> comes /kafka= with the same id.';
  }
  if (named === undefined) return { kind: 'cluster', environmentId, clusterId };
  return namedScope(named, environmentId, clusterId);
};

const namedScope = (
  [kind, text]: readonly [string, string],
  environmentId: string,
  clusterId: string,
): Scope | string => {
  if (kind !== 'topic' && kind !== 'group' && kind !== 'transactional-id') return `A CRN is ${form}.`;
  const isPrefix = text.endsWith('*');
  const name = decoded(isPrefix ? text.slice(0, -1) : text);
  if (name === null) return `The name in /${kind}= is not percent-encoded as it should be.`;
  if (name === '' && !isPrefix) return `/${kind}= needs a name, or * for all of them.`;
  if (name.length > nameLengthMax) return `The name in /${kind}= has at most ${nameLengthMax} characters.`;
  if (!isPlainLine(name)) return `The name in /${kind}= has control characters.`;
  // For Kafka an ACL on the very name `*` is one on everything.
  if (name.includes('*')) return `In /${kind}= a * stands last only, for any ending.`;
  return { kind, environmentId, clusterId, name, isPrefix };
};

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Malformed escapes are what it throws for.
    return null;
  }
};

/** One text for one scope: what two bindings on the same thing have in common. */
export const writeCrn = ({ organizationId, scope }: Crn): string =>
  [`${start}organization=${organizationId}`, ...partsOf(scope)].join('/');

const partsOf = (scope: Scope): readonly string[] => {
  switch (scope.kind) {
    case 'organization':
      return [];
    case 'service-account':
      return [`service-account=${scope.serviceAccountId}`];
    case 'environment':
      return [`environment=${scope.environmentId}`];
    case 'cluster':
      return [`environment=${scope.environmentId}`, `cloud-cluster=${scope.clusterId}`];
    case 'topic':
    case 'group':
    case 'transactional-id': {
      const { clusterId, environmentId, isPrefix, kind, name } = scope;
      const last = `${kind}=${encodeURIComponent(name)}${isPrefix ? '*' : ''}`;
      return [`environment=${environmentId}`, `cloud-cluster=${clusterId}`, `kafka=${clusterId}`, last];
    }
  }
};
