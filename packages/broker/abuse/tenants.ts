import { limitsOfBasic } from '@weir/contracts/cluster-kinds';
import { createScramVerifier } from '@weir/credentials/scram';
import type { AclBinding, ClusterRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';

/** Who is on the stage: one quiet tenant, some who abuse, and one whose key was granted nothing. */
export const victimId = 'lkc-victim';
export const ownerIds = ['lkc-owner-0', 'lkc-owner-1', 'lkc-owner-2', 'lkc-owner-3'] as const;
export const bareId = 'lkc-bare';
export const crowdId = (index: number) => `lkc-crowd-${index}`;

/** One secret serves all keys, so that a thousand tenants need no thousand key derivations. */
const secret = 'a secret that everybody on the stage shares';
export const keyOf = (clusterId: string) => `KEY-${clusterId}`;
export const plainToken = (clusterId: string) => Buffer.from(`\0${keyOf(clusterId)}\0${secret}`);
export const wrongToken = (clusterId: string, attempt: number) =>
  Buffer.from(`\0${keyOf(clusterId)}\0wrong ${attempt}`);

/** What the victim has: the names that others try to reach. */
export const victimTopic = 'quiet';
export const victimGroup = 'quiet-group';

const grants = [
  { resourceType: 'TOPIC' },
  { resourceType: 'GROUP' },
  { resourceType: 'CLUSTER', resourceName: 'kafka-cluster' },
] as const;

const basicCluster = (id: string): ClusterRecord => ({
  id,
  limits: limitsOfBasic,
  autoCreateTopics: false,
  intentVersion: 1,
});

/** Adds clusters of the kind that anybody may have, each with a key that may do everything in its own. */
export async function addTenants(store: MetadataStore, ids: readonly string[]): Promise<void> {
  const salt = Buffer.alloc(16, 7);
  const scramSha256 = await createScramVerifier(secret, 'SHA-256', salt);
  const scramSha512 = await createScramVerifier(secret, 'SHA-512', salt);
  for (const id of ids) {
    await store.applyCluster(basicCluster(id));
    const principal = `User:${id}`;
    for (const grant of id === bareId ? [] : grants) {
      const binding: AclBinding = {
        clusterId: id,
        principal,
        patternType: 'LITERAL',
        resourceName: '*',
        operation: 'ALL',
        permission: 'ALLOW',
        host: '*',
        ...grant,
      };
      await store.applyAcl(binding);
    }
    const keyId = keyOf(id);
    await store.applyCredential({
      keyId,
      clusterId: id,
      principal,
      secrets: [{ number: 1, scramSha256, scramSha512 }],
      expiresAt: null,
    });
  }
}
