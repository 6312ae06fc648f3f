import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { BudgetStore } from './budget.store.ts';
import { BudgetsController } from './budgets.controller.ts';
import { ChangeBudgets } from './change-budgets.ts';

/** What a month is meant to cost, and who is told when it costs more. */
@Module({
  imports: [AuditModule, HttpModule],
  controllers: [BudgetsController],
  providers: [BudgetStore, ChangeBudgets],
})
export class BudgetsModule {}
