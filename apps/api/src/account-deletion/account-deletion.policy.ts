import type { AccountDeletionOutcome } from '@weir/contracts/account-deletion';

/** What is known of one organization of a person who wants to go. */
export interface Standing {
  readonly organizationId: string;
  readonly displayName: string;
  /** Besides her. */
  readonly otherMembers: number;
  /** People besides her who administer it. */
  readonly otherAdmins: number;
  readonly isAdmin: boolean;
  /** Clusters that are there, or being made. */
  readonly clusters: number;
  /** Live keys that would be revoked: hers, or all where the organization goes. */
  readonly apiKeys: number;
}

/**
 * What becomes of an organization when one of its members deletes her account. An organization never stays without
 * anybody who administers it, and nobody deletes clusters by the way: whoever uses them would notice first.
 */
export const outcomeOf = ({
  clusters,
  isAdmin,
  otherAdmins,
  otherMembers,
}: Standing): AccountDeletionOutcome => {
  if (otherMembers === 0) return clusters === 0 ? 'DELETED' : 'IN_THE_WAY';
  return isAdmin && otherAdmins === 0 ? 'IN_THE_WAY' : 'LEFT';
};

/** The same in a sentence for people, with what to do where there is something in the way. */
export const sentenceOf = (standing: Standing): string => {
  const { clusters, otherMembers } = standing;
  switch (outcomeOf(standing)) {
    case 'LEFT':
      return 'It goes on without you. Keys that you own there are revoked.';
    case 'DELETED':
      return 'You are its only member, so it goes with you: environments, service accounts and every key. Its audit log is kept, without names.';
    case 'IN_THE_WAY':
      return otherMembers === 0
        ? `You are its only member, and it has ${counted(clusters, 'cluster')}. Delete what is in it first, or invite somebody who goes on with it.`
        : `You are the only one who administers it, and it has ${counted(otherMembers, 'other member')}. Give one of them the role OrganizationAdmin first, or remove them.`;
  }
};

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
