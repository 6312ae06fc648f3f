/** How an assistant is connected, and what it gets to see. `tools`: what there is, with what each is for. */
export const assistantsPage = (
  publicUrl: string,
  tools: readonly { readonly name: string; readonly summary: string }[],
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Assistants and Weir</title><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/style.css"></head><body><main><h1>Connect an assistant</h1>
<p>At <code>${publicUrl}/mcp</code> an assistant that speaks the Model Context Protocol (Streamable HTTP) can look at
what you have here. It can look, and nothing more: no tool changes anything, reads a record, or shows a secret.</p>
<h2>1. Make a key for it</h2>
<p>Make a service account with the roles of what it is to see, such as MetricsViewer on one cluster, and a cloud key that the
service account owns. The assistant sees what these roles allow, and what it was shown it may tell others: give it
less than you have yourself. A role that you take away, or a key that you revoke, counts from the next question on.</p>
<h2>2. Tell the assistant</h2>
<pre>{
  "mcpServers": {
    "weir": {
      "type": "http",
      "url": "${publicUrl}/mcp",
      "headers": { "Authorization": "Basic \${WEIR_BASIC}" }
    }
  }
}</pre>
<p><code>WEIR_BASIC</code> is the base64 of the key's id, a colon and its secret:</p>
<pre>printf '%s' "$KEY:$SECRET" | base64 -w0</pre>
<h2>What it can ask</h2>
${tools.map(({ name, summary }) => `<p><code>${name}</code> ${summary}</p>`).join('\n')}
<h2>What to know</h2>
<ul>
<li>Names and descriptions are texts that people of your organization, or programs, have written. They come between
marks that say so, and the assistant is told not to follow what stands in them. That helps, and it is no guarantee: think of
what else the assistant may do before you let it read what others can write.</li>
<li>A question counts as a request of the key. Answers are cut where they get too long, and say so.</li>
<li>A session of the console opens nothing here, nor does a cluster's key.</li>
</ul></main></body></html>`;
