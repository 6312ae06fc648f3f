'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createApiKey } from '@weir/contracts/iam';
import { call } from '../api/browser.ts';

export interface WantedKey {
  readonly name: string;
  /** Left out: whoever is signed in. */
  readonly ownerId?: string;
  /** What it opens, in place of what the hook was given. */
  readonly opens?: string;
  /** Left out: it does not expire. */
  readonly expiresAt?: string;
}

/** Makes a key for the cluster, or for the control plane (`cloud`). The reply is the only place where the secret is. */
export function useCreateKey(resourceId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ name, ownerId, opens, expiresAt }: WantedKey) =>
      call(createApiKey, {
        body: {
          spec: {
            display_name: name,
            resource: { id: opens ?? resourceId },
            ...(ownerId === undefined ? {} : { owner: { id: ownerId } }),
            ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
          },
        },
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['keys'] }),
    // A secret does not belong in a cache.
    gcTime: 0,
  });
}
