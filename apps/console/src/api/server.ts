import 'server-only';
import type { OperationShape, ResponseOf } from '@weir/contracts/operation';
import { SessionReply } from '@weir/contracts/people';
import { cookies, headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';
import { cache } from 'react';
import { ApiError, type CallInput, request } from './request.ts';

const timeoutMs = 10_000;

/** Where the API is, as this server reaches it. Read at each use: the build does not know it. */
export function apiUrl(): string {
  return process.env.WEIR_API_URL ?? `http://127.0.0.1:${process.env.WEIR_API_PORT ?? '4000'}`;
}

/**
 * Who asks, and from where: the server in front has settled the address, and the API believes it of this console. Without
 * it everybody's pages would count as one address.
 */
async function callerHeaders(): Promise<Record<string, string>> {
  const cookie = (await cookies()).toString();
  const address = (await headers()).get('x-forwarded-for');
  const secret = process.env.WEIR_PROXY_SECRET;
  return {
    ...(cookie === '' ? {} : { cookie }),
    ...(address === null || secret === undefined
      ? {}
      : { 'x-forwarded-for': address, 'x-weir-proxy': secret }),
  };
}

/** Calls an operation as the person whose page is being rendered. What she may not see is a 404 page. */
export async function load<O extends OperationShape>(
  operation: O,
  input: CallInput<O>,
): Promise<ResponseOf<O>> {
  try {
    return await request(apiUrl(), operation, input, {
      headers: await callerHeaders(),
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    // What no id or name can be does not exist either.
    if (cause instanceof ApiError && (cause.status === 404 || cause.status === 400)) notFound();
    if (cause instanceof ApiError && cause.status === 401) redirect('/sign-in');
    if (cause instanceof ApiError && cause.code === 'sso_required') redirect('/sign-in/required');
    throw cause;
  }
}

/** Who is signed in, on a page that is for nobody else. */
export async function signedIn(): Promise<NonNullable<SessionReply>> {
  const found = await session();
  if (found === null) redirect('/sign-in');
  return found;
}

/** Who is signed in, asked once a request; null: nobody. */
export const session = cache(async (): Promise<SessionReply> => {
  const response = await fetch(`${apiUrl()}/auth/get-session`, {
    headers: await callerHeaders(),
    cache: 'no-store',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new ApiError(response.status, 'session', 'The session could not be read.');
  return SessionReply.parse(await response.json());
});
