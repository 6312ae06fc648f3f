'use client';

import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { ResetOffsetsForm } from './reset-offsets-form.tsx';

interface Props {
  readonly clusterId: string;
  readonly groupId: string;
  /** Those that it has committed something of. */
  readonly topics: readonly string[];
  /** Somebody is in the group. */
  readonly isBusy: boolean;
}

export function ResetOffsets({ clusterId, groupId, topics, isBusy }: Props) {
  const [open, setOpen] = useState(false);
  if (topics.length === 0) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Reset offsets
      </Button>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Reset offsets"
        description={`${groupId} reads on from elsewhere in a topic. What it does then is shown before it is done.`}
      >
        {isBusy ? (
          <Notice tone="warn">
            Somebody is in the group, and would commit over it. Stop its consumers, then come back: this
            changes as soon as the last one has left.
          </Notice>
        ) : (
          <ResetOffsetsForm
            clusterId={clusterId}
            groupId={groupId}
            topics={topics}
            done={() => setOpen(false)}
          />
        )}
      </Modal>
    </>
  );
}
