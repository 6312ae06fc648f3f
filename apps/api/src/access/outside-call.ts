import type { Call, Caller } from '../http/call.ts';
import { noAccess } from './access.ts';

/** Who acts where no guard has let anybody in. */
export interface OutsideCaller extends Pick<Caller, 'kind' | 'id' | 'organizationId' | 'via'> {
  readonly sessionId?: string | null;
}

/**
 * What is done beside the operations of the API, as use cases and the audit log want it: signing up, a link that was
 * mailed, a report, the operator's program. Such a call has no rights: who may is decided before.
 */
export const outsideCall = (
  { id, kind, organizationId, sessionId = null, via }: OutsideCaller,
  { requestId, sourceIp }: Pick<Call, 'requestId' | 'sourceIp'>,
): Call => ({
  caller: { kind, id, organizationId, access: noAccess, via, sessionId, clusterId: null },
  requestId,
  sourceIp,
  idempotency: null,
});
