import { apiUrl } from '../../../api/server.ts';

/** What travels to the API: who asks, and what. Everything else of the browser's stays here. */
const forwarded = [
  'content-type',
  'accept',
  'cookie',
  'origin',
  'user-agent',
  'idempotency-key',
  'sec-fetch-site',
];
const returned = [
  'content-type',
  'retry-after',
  'x-request-id',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];
const bodyBytesMax = 2 * 1024 * 1024;

/** Hands the browser's API calls on, so that pages and API share one origin and one cookie. */
async function forward(incoming: Request): Promise<Response> {
  const { pathname, search } = new URL(incoming.url);
  const headers = new Headers();
  for (const name of forwarded) {
    const value = incoming.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  // Whose address it is: believed by the API because of the secret that only its own console knows.
  const secret = process.env.WEIR_PROXY_SECRET;
  const address = incoming.headers.get('x-forwarded-for');
  if (secret !== undefined && address !== null) {
    headers.set('x-weir-proxy', secret);
    headers.set('x-forwarded-for', address);
  }
  const body = incoming.method === 'GET' ? null : await incoming.arrayBuffer();
  if (body !== null && body.byteLength > bodyBytesMax) {
    return Response.json({ message: 'The request is larger than 2 MiB.' }, { status: 413 });
  }
  const target = `${apiUrl()}${pathname.slice('/api'.length)}${search}`;
  let answer: Response;
  try {
    answer = await fetch(target, {
      method: incoming.method,
      headers,
      body: body === null || body.byteLength === 0 ? null : body,
      redirect: 'manual',
      signal: incoming.signal,
    });
  } catch {
    // Gone, or not up: either way the person can only try again.
    return Response.json({ message: 'The API cannot be reached. Try again in a moment.' }, { status: 502 });
  }
  const out = new Headers();
  for (const name of returned) {
    const value = answer.headers.get(name);
    if (value !== null) out.set(name, value);
  }
  for (const cookie of answer.headers.getSetCookie()) out.append('set-cookie', cookie);
  return new Response(answer.body, { status: answer.status, headers: out });
}

export { forward as DELETE, forward as GET, forward as PATCH, forward as POST, forward as PUT };
