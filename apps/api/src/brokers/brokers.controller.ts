import { Controller, Inject } from '@nestjs/common';
import { listBrokers } from '@weir/contracts/brokers';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { ListBrokers } from './list-brokers.ts';

@Controller()
export class BrokersController {
  constructor(@Inject(ListBrokers) private readonly listBrokers: ListBrokers) {}

  @Handles(listBrokers)
  async list(
    @TheCall(listBrokers) call: Call,
    @Input(listBrokers) input: InputOf<typeof listBrokers>,
  ): Promise<ResponseOf<typeof listBrokers>> {
    const data = await this.listBrokers.run(call, input.params.id);
    return { api_version: 'cmk/v2', kind: 'BrokerList', data: [...data] };
  }
}
