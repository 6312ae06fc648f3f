import { Controller, Get, Header, Inject } from '@nestjs/common';
import { operations } from '@weir/contracts/operations';
import { mcpTools } from '../mcp/tools.ts';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { assistantsPage } from './assistants-page.ts';
import { docsPage, docsStyle } from './docs-page.ts';
import { buildOpenApi } from './openapi.ts';
import { secretsPage } from './secrets-page.ts';
import { webhooksPage } from './webhooks-page.ts';

const version = '0.1.0';

@Controller()
export class DocsController {
  #openApi: object | undefined;

  constructor(@Inject(SETTINGS) private readonly settings: ApiSettings) {}

  @Get('/openapi.json')
  openApi(): object {
    // Built when first asked for: it costs more than all the rest of a start.
    this.#openApi ??= buildOpenApi(operations, this.settings.publicUrl, version);
    return this.#openApi;
  }

  @Get('/docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return docsPage(operations, this.settings.publicUrl);
  }

  /** For programs that look for secrets in texts, and for who has found one. */
  @Get('/docs/secrets')
  @Header('content-type', 'text/html; charset=utf-8')
  secrets(): string {
    return secretsPage(this.settings.publicUrl);
  }

  /** For who writes the server that a webhook leads to. */
  @Get('/docs/webhooks')
  @Header('content-type', 'text/html; charset=utf-8')
  webhooks(): string {
    return webhooksPage(this.settings.publicUrl);
  }

  /** For who wants an assistant to look at his clusters. */
  @Get('/docs/assistants')
  @Header('content-type', 'text/html; charset=utf-8')
  assistants(): string {
    const tools = mcpTools.map(({ name, operation }) => ({ name, summary: operation.summary }));
    return assistantsPage(this.settings.publicUrl, tools);
  }

  @Get('/docs/style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return docsStyle;
  }
}
