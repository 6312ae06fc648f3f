export interface HandshakeProblem {
  readonly what: string;
  /** Who merely goes away, as whoever looks whether a port is open, is no line in the log. */
  readonly isTold: boolean;
}

const plainCodes = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_HTTP_REQUEST', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'];
const distrust =
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|UNSUPPORTED_CERTIFICATE)/;

/** Why a handshake came to nothing, in words for whoever runs the broker, by the code of OpenSSL or Node. */
export function handshakeProblem(code: string | undefined): HandshakeProblem {
  if (code === undefined || code === 'ECONNRESET' || code === 'EPIPE')
    return { what: 'the client went away', isTold: false };
  return { what: whatOf(code), isTold: true };
}

function whatOf(code: string): string {
  if (plainCodes.includes(code)) return 'the client speaks no TLS, and this listener nothing else';
  if (distrust.test(code))
    return 'the client does not believe the certificate: it lacks the authority, or came by another name';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT')
    return 'the client began a handshake and did not finish it in time';
  if (code === 'ERR_SSL_UNSUPPORTED_PROTOCOL') return 'the client speaks no TLS from 1.2 on';
  return code;
}
