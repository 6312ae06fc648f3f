'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiError } from '../api/request.ts';

/** What was refused stays refused; what could not be reached is tried again. */
function isWorthRetrying(failures: number, cause: Error): boolean {
  return failures < 2 && !(cause instanceof ApiError && cause.status < 500);
}

export function Providers({ children }: { readonly children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: isWorthRetrying, staleTime: 5_000 } } }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
