'use client';

import type { ApiKey } from '@weir/contracts/iam';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/modal.tsx';
import { Rotation } from './rotation.tsx';

/** Begins a rotation, or goes on with the one that is under way. */
export function RotateKey({ apiKey }: { readonly apiKey: ApiKey }) {
  const [open, setOpen] = useState(false);
  const isUnderWay = apiKey.status.live_secrets > 1;
  const action = isUnderWay ? 'Go on rotating' : 'Rotate';
  return (
    <>
      <Button size="small" aria-label={`${action} ${apiKey.id}`} onClick={() => setOpen(true)}>
        {action}
      </Button>
      <Modal
        wide
        open={open}
        onOpenChange={setOpen}
        title="Rotate the secret"
        description={`${apiKey.spec.display_name || apiKey.id}: a second secret beside the first, so that no client stops.`}
      >
        <Rotation keyId={apiKey.id} done={() => setOpen(false)} />
      </Modal>
    </>
  );
}
