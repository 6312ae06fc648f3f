import type { Origin } from '../account/account-events.ts';
import { forwardedHeader } from '../http/client-address.ts';
import { requestIdHeader } from '../http/request.middleware.ts';

/** Where a request comes from that the auth library answers: both headers are this API's own, whatever was sent. */
export const originOf = ({ headers }: { readonly headers?: Headers | undefined }): Origin => ({
  requestId: headers?.get(requestIdHeader) ?? '',
  sourceIp: headers?.get(forwardedHeader) ?? null,
  via: 'session',
});
