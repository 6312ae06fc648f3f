import { Controller, Delete, Get, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { invalid, methodNotAllowed } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { AnswerMessage } from './answer-message.ts';
import { McpGuard } from './mcp.guard.ts';

const path = '/mcp';

/** The Model Context Protocol over Streamable HTTP, without sessions: each request stands for itself. */
@Controller()
export class McpController {
  constructor(@Inject(AnswerMessage) private readonly answer: AnswerMessage) {}

  @Post(path)
  @UseGuards(McpGuard)
  async post(@Req() request: Request, @Res() response: Response): Promise<void> {
    const message: unknown = request.body;
    // One request is counted as one, so it holds one.
    if (Array.isArray(message)) throw invalid('Send one message at a time, not an array of them.');
    const headers = new Headers();
    for (const name of ['accept', 'content-type', 'mcp-protocol-version']) {
      const value = request.get(name);
      if (value !== undefined) headers.set(name, value);
    }
    const answer = await this.answer.run(message, headers, stateOf(request));
    const text = await answer.text();
    const type = answer.headers.get('content-type');
    if (type !== null) response.type(type);
    response.status(answer.status).send(text === '' ? undefined : text);
  }

  /** There is nothing to listen to, which clients hear by this status. */
  @Get(path)
  listen(@Res() response: Response): void {
    refuse('GET', response);
  }

  /** And no session to end. */
  @Delete(path)
  end(@Res() response: Response): void {
    refuse('DELETE', response);
  }
}

const refuse = (method: string, response: Response): never => {
  response.setHeader('Allow', 'POST');
  throw methodNotAllowed(method, ['POST']);
};
