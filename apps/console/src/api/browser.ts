import type { DryRunOf, OperationShape, ResponseOf } from '@weir/contracts/operation';
import { SecondStepReply, SignedInReply } from '@weir/contracts/people';
import { ApiError, type CallInput, errorOf, request, requestDryRun } from './request.ts';

/** The API as the browser reaches it: through this origin, so that its cookie stays here. */
const base = '/api';

/** Calls an operation as the person who is signed in. An ended session leads back to the sign-in page. */
export async function call<O extends OperationShape>(
  operation: O,
  input: CallInput<O>,
  signal?: AbortSignal,
): Promise<ResponseOf<O>> {
  try {
    return await request(base, operation, input, signal === undefined ? {} : { signal });
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 401) {
      window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname)}`);
    }
    throw cause;
  }
}

/** What a deletion would come to, as the person who is signed in asks. Throws ApiError. */
export function askDryRun<O extends OperationShape>(
  operation: O,
  input: CallInput<O>,
  signal: AbortSignal,
): Promise<DryRunOf<O>> {
  return requestDryRun(base, operation, input, { signal });
}

/** The forms of /auth. Throws ApiError with the library's own sentence. Resolves with whether there is a session. */
export async function postAuth(path: string, body: object): Promise<AuthOutcome> {
  const reply = await postForm(path, body);
  if (SecondStepReply.safeParse(reply).success) return { signedIn: false, takesCode: true };
  const signedIn = SignedInReply.safeParse(reply);
  return { signedIn: signedIn.success && signedIn.data.token !== null, takesCode: false };
}

export interface AuthOutcome {
  readonly signedIn: boolean;
  /** The password was right, and a second factor is to follow. */
  readonly takesCode: boolean;
}

/** Any form of /auth; resolves with its reply, whatever that is. Throws ApiError. */
export async function postForm(path: string, body: object): Promise<unknown> {
  const response = await fetch(`${base}/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await errorOf(response);
  return response.json();
}

/** What to show a person of whatever went wrong. */
export function sentenceOf(cause: unknown): string {
  if (cause instanceof ApiError) return cause.message;
  return 'The console cannot reach the API. Check that it is running, then try again.';
}
