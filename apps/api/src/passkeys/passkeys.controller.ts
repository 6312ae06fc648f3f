import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { deletePasskey, listPasskeys, Passkey, passkeysMax } from '@weir/contracts/passkeys';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { PasskeyStore } from './passkey.store.ts';
import { RemovePasskey } from './remove-passkey.ts';

@Controller()
export class PasskeysController {
  constructor(
    @Inject(PasskeyStore) private readonly store: PasskeyStore,
    @Inject(RemovePasskey) private readonly removePasskey: RemovePasskey,
  ) {}

  @Handles(listPasskeys)
  async list(@TheCall(listPasskeys) { caller }: Call): Promise<ResponseOf<typeof listPasskeys>> {
    const rows = await this.store.list(caller.id, passkeysMax);
    const data = rows.map(({ createdAt, id, lastUsedAt, name }) =>
      Passkey.parse({
        api_version: 'iam/v2',
        kind: 'Passkey',
        id,
        display_name: name,
        created_at: createdAt.toISOString(),
        last_used_at: lastUsedAt?.toISOString() ?? null,
      }),
    );
    return { api_version: 'iam/v2', kind: 'PasskeyList', data };
  }

  @Handles(deletePasskey)
  async remove(
    @TheCall(deletePasskey) call: Call,
    @Input(deletePasskey) input: InputOf<typeof deletePasskey>,
  ): Promise<void> {
    await this.removePasskey.run(call, input.params.id);
  }
}
