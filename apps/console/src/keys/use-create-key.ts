'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createApiKey } from '@weir/contracts/iam';
import { call } from '../api/browser.ts';

/** Makes a key for the cluster, owned by whoever is signed in. The reply is the only place where the secret is. */
export function useCreateKey(clusterId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      call(createApiKey, { body: { spec: { display_name: name, resource: { id: clusterId } } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['keys', clusterId] }),
    // A secret does not belong in a cache.
    gcTime: 0,
  });
}
