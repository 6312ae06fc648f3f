import type { OperationShape } from '@weir/contracts/operation';
import { escapeHtml } from './escape-html.ts';

/** The API to read: plain HTML without scripts, so that it works everywhere and loads nothing. */
export const docsPage = (operations: readonly OperationShape[], publicUrl: string): string => {
  const tags = [...new Set(operations.map((operation) => operation.tag))];
  const sections = tags.map((tag) => {
    const own = operations.filter((operation) => operation.tag === tag);
    return `<section><h2>${tag}</h2>${own.map((operation) => describe(operation, publicUrl)).join('')}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weir API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/docs/style.css">
</head><body><main><h1>Weir API</h1>
<p>Authenticate by Basic authentication with the id and secret of an API key, or with the console's session.
Lists take <code>page_size</code> and <code>page_token</code>; every POST takes an <code>Idempotency-Key</code>.
The whole description for programs: <a href="/openapi.json">openapi.json</a>. How secrets are known, and what to do with
one that was found: <a href="/docs/secrets">secrets</a>. How an assistant is let in to look:
<a href="/docs/assistants">assistants</a>. What a server of yours can be told, and how it knows that it is us:
<a href="/docs/webhooks">webhooks</a>.</p>
${sections.join('\n')}</main></body></html>`;
};

const describe = (operation: OperationShape, publicUrl: string): string => {
  const body = operation.body ? ` \\\n  -H 'content-type: application/json' -d @body.json` : '';
  const curl = `curl -u "$KEY:$SECRET" -X ${operation.method} '${publicUrl}${operation.path}'${body}`;
  return `<details><summary><b>${operation.method}</b> <code>${escapeHtml(operation.path)}</code>
<span>${escapeHtml(operation.summary)}</span></summary><pre>${escapeHtml(curl)}</pre></details>`;
};

export const docsStyle = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{margin:0}main{max-width:60rem;margin:0 auto;padding:2rem 1rem}
details{border-top:1px solid color-mix(in srgb,currentColor 15%,transparent);padding:.5rem 0}
summary{cursor:pointer}summary b{display:inline-block;min-width:4.5rem}summary span{opacity:.75;margin-left:.5rem}
pre{overflow-x:auto;padding:.75rem;background:color-mix(in srgb,currentColor 6%,transparent);border-radius:6px}`;
