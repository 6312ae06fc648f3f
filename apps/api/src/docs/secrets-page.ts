import { reportSecrets, secretPattern } from '@weir/contracts/api-key-secrets';

/** One that opens nothing: what a scanner's own test may take. */
export const exampleSecret = 'weir_0123456789ABCDEFGHIJKLMNOPQRSTUVW4WsWaJ';

/** How a secret is told from any other text, what to do with one that was found, and what becomes of it. */
export const secretsPage = (
  publicUrl: string,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Secrets of Weir API keys</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>Secrets of API keys</h1>
<h2>How to know one</h2>
<pre>\\b${secretPattern}\\b</pre>
<p>44 characters: the prefix <code>weir_</code>, 33 characters that stand for 192 random bits, and 6 characters that are a
checksum. The alphabet is <code>0-9A-Za-z</code>, in this order, of which each character is a digit of base 62.</p>
<p>The checksum is the CRC-32 (ISO 3309, as in zlib and PNG; initial value and final XOR 0xFFFFFFFF, reflected) of the first 38 characters as
ASCII, prefix included, written in base 62, most significant digit first, with leading zeros to 6 digits. A text that
fits the pattern and fails the checksum is no secret of ours; that another text has both by chance is one case in four
thousand million.</p>
<p>An example that opens nothing: <code>${exampleSecret}</code></p>
<h2>When you have found one</h2>
<p>Anybody may tell us, without an account; <code>url</code> may be left out. Up to a hundred in one request, and as many
as sixty requests a minute.</p>
<pre>curl -X ${reportSecrets.method} '${publicUrl}${reportSecrets.path}' \\
  -H 'content-type: application/json' \\
  -d '{"secrets":["${exampleSecret}"],"url":"https://example.com/where"}'</pre>
<p>The reply says of each, in the order of the request: <code>RETIRED</code>, it opened something and does not any more;
<code>NOT_LIVE</code>, it has the form of a secret and opens nothing; <code>NOT_A_SECRET</code>, its checksum is wrong.
So the same request checks a text against its checksum and against us.</p>
<h2>What becomes of it</h2>
<ul>
<li>A secret that is reported is retired at once: refused from then on, its open connections closed within 5 seconds. If
its key has another, that one goes on working; if not, the key is revoked.</li>
<li>The person whose key it is and the administrators of its organization are told by mail, where their addresses are
confirmed, and it is in the organization's audit log, with from where it was reported.</li>
<li>Secrets are kept nowhere. A report is compared with a keyed hash and then forgotten, <code>url</code> as well.</li>
</ul></main></body></html>`;
