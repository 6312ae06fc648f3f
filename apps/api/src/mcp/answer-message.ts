import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@weir/runtime/logger';
import { answerOf } from '../http/error-body.ts';
import type { RequestState } from '../http/request-state.ts';
import { LOGGER, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { OperationCalls } from './operation-calls.ts';
import { inputSchemaOf, requestPartsOf } from './tool-input.ts';
import { mcpTools } from './tools.ts';
import { untrustedText, warning } from './untrusted-text.ts';

const toolsByName = new Map(mcpTools.map((tool) => [tool.name, tool]));

/** Answers one message of an assistant's client, in the name of the caller whose key came with it. */
@Injectable()
export class AnswerMessage {
  #tools: readonly Tool[] | undefined;

  constructor(
    @Inject(OperationCalls) private readonly operations: OperationCalls,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async run(message: unknown, headers: Headers, state: RequestState): Promise<Response> {
    const server = new Server(
      { name: 'weir', version: '0.1.0' },
      { capabilities: { tools: {} }, instructions: `Looks at a Weir cloud, and changes nothing. ${warning}` },
    );
    this.#tools ??= mcpTools.map(describeTool);
    const tools = this.#tools;
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools] }));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) =>
      this.#call(params.name, params.arguments ?? {}, state),
    );
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      const request = new Request(`${this.settings.publicUrl}/mcp`, { method: 'POST', headers });
      return await transport.handleRequest(request, { parsedBody: message });
    } finally {
      await server.close();
    }
  }

  async #call(
    name: string,
    given: Readonly<Record<string, unknown>>,
    state: RequestState,
  ): Promise<CallToolResult> {
    const tool = toolsByName.get(name);
    if (!tool)
      throw new McpError(ErrorCode.InvalidParams, 'There is no such tool. tools/list has all of them.');
    const { operation } = tool;
    try {
      const reply = await this.operations.run(operation, state, requestPartsOf(operation, given));
      return textResult(warning, untrustedText(reply));
    } catch (cause) {
      const { body, unexpected } = answerOf(cause, operation.path, state.requestId);
      if (unexpected)
        this.logger.error({ err: cause, requestId: state.requestId, tool: name }, 'tool failed');
      return { ...textResult(untrustedText(body)), isError: true };
    }
  }
}

const textResult = (...texts: readonly string[]): CallToolResult => ({
  content: texts.map((text) => ({ type: 'text', text })),
});

const describeTool = ({ name, operation }: (typeof mcpTools)[number]): Tool => ({
  name,
  description: operation.summary,
  inputSchema: inputSchemaOf(operation),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
});
