import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { AnswerMessage } from './answer-message.ts';
import { McpController } from './mcp.controller.ts';
import { McpGuard } from './mcp.guard.ts';
import { OperationCalls } from './operation-calls.ts';

@Module({
  imports: [AuthModule, DiscoveryModule, HttpModule],
  controllers: [McpController],
  providers: [AnswerMessage, McpGuard, OperationCalls],
})
export class McpModule {}
