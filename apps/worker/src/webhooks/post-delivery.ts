import { ForbiddenAddress, type GuardedFetch } from '@weir/runtime/guarded-fetch';
import { signatureHeaders } from '@weir/webhooks/signature';
import type { Outcome } from './delivery.store.ts';

interface Posted {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly secrets: readonly string[];
}

const causesMax = 8;

/** One request. Never rejects: whatever went wrong is what came of it. Nothing of the answer but its status is kept. */
export const postDelivery = async (
  fetch: GuardedFetch,
  { body, id, secrets, url }: Posted,
  nowMs: number,
): Promise<Outcome> => {
  const signed = signatureHeaders(secrets, { id, body, timestampSeconds: Math.floor(nowMs / 1_000) });
  const headers = { ...signed, 'content-type': 'application/json', 'user-agent': 'Weir-Webhooks/1' };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body });
    const { status } = answer;
    // Not a byte of it is read: it is somebody else's, and of any length. So nothing that is wrong with it matters.
    await answer.body?.cancel().catch(() => undefined);
    const isTaken = status >= 200 && status < 300;
    return { httpStatus: status, problem: isTaken ? null : `It answered with the status ${status}.` };
  } catch (cause) {
    return { httpStatus: null, problem: problemOf(cause) };
  }
};

/** For who owns the webhook: which kind of problem, and no address that only we know. */
const problemOf = (cause: unknown): string => {
  for (let at = cause, depth = 0; at instanceof Error && depth < causesMax; at = at.cause, depth += 1) {
    if (at instanceof ForbiddenAddress) return at.message;
    if (at.name === 'TimeoutError' || at.name === 'AbortError') return 'It did not answer in time.';
    const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
    if (/TIMEOUT|ETIMEDOUT/.test(code)) return 'It did not answer in time.';
    if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code))
      return `Its certificate or TLS was refused (${code}).`;
    if (/^(ECONN|EHOST|ENET|EPIPE|UND_ERR_SOCKET)/.test(code)) return `It could not be reached (${code}).`;
    if (at.message === 'the name has no address') return 'Its name has no address.';
  }
  return 'It could not be reached.';
};
