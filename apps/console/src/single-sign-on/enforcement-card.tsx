'use client';

import { useMutation } from '@tanstack/react-query';
import { keysLapseAfterDays, type SsoConnection, setSsoEnforcement } from '@weir/contracts/single-sign-on';
import { useRouter } from 'next/navigation';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';

export function EnforcementCard({ connection }: { readonly connection: SsoConnection | null }) {
  const router = useRouter();
  const isOn = connection?.is_enforced === true;
  const enforce = useMutation({
    mutationFn: (is_enforced: boolean) => call(setSsoEnforcement, { body: { is_enforced } }),
    onSuccess: () => router.refresh(),
  });
  return (
    <Card
      title="Required"
      aside={<span className={isOn ? 'text-good' : 'text-ink-soft'}>{isOn ? 'on' : 'off'}</span>}
    >
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          Where it is required, members with an address of a proved domain come into this organization by
          single sign-on only, and keys that they own stop working {keysLapseAfterDays} days after they last
          did. Their other organizations are their own. An administrator also comes in with a passkey, or with
          a password and an authenticator app.
        </p>
        {enforce.error !== null && <Notice tone="danger">{sentenceOf(enforce.error)}</Notice>}
        <div>
          <Button
            look={isOn ? 'danger' : 'primary'}
            busy={enforce.isPending}
            onClick={() => enforce.mutate(!isOn)}
          >
            {isOn ? 'Let passwords in again' : 'Require single sign-on'}
          </Button>
        </div>
      </div>
    </Card>
  );
}
