'use client';

import { KeyRound } from 'lucide-react';
import { sentenceOf } from '../api/browser.ts';
import { SecretOnce } from '../keys/secret-once.tsx';
import { useCreateKey } from '../keys/use-create-key.ts';
import type { Bootstrap } from '../snippets/bootstrap.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { SnippetTabs } from './snippet-tabs.tsx';

/** One key, and programs that use it as they stand. */
export function QuickStart({
  clusterId,
  bootstrap,
}: {
  readonly clusterId: string;
  readonly bootstrap: Bootstrap;
}) {
  const create = useCreateKey(clusterId);
  const { id, spec } = create.data ?? {};
  const connect =
    id !== undefined && spec?.secret !== undefined ? { bootstrap, keyId: id, secret: spec.secret } : null;
  return (
    <Card title="Connect a client">
      <div className="grid grid-cols-1 gap-4 p-4">
        {connect === null ? (
          <>
            <div className="flex flex-wrap items-center justify-between gap-3">
              <p className="max-w-md text-ink-soft">
                Create a key, and the snippets below run as they are: they send a message and read it back.
              </p>
              <Button
                look="primary"
                busy={create.isPending}
                onClick={() => create.mutate({ name: 'First key' })}
              >
                <KeyRound aria-hidden="true" size={15} />
                {create.isPending ? 'Creating…' : 'Create key'}
              </Button>
            </div>
            {create.error !== null && <Notice tone="danger">{sentenceOf(create.error)}</Notice>}
            <SnippetTabs connect={{ bootstrap, keyId: '<API key>', secret: '<secret>' }} />
          </>
        ) : (
          <>
            <SecretOnce keyId={connect.keyId} secret={connect.secret} />
            <SnippetTabs connect={connect} />
          </>
        )}
      </div>
    </Card>
  );
}
