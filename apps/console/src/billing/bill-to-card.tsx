'use client';

import type { BillTo } from '@weir/contracts/invoices';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { BillToForm } from './bill-to-form.tsx';
import { BillToText } from './bill-to-text.tsx';

interface Props {
  readonly billTo: BillTo | null;
  readonly mayChange: boolean;
}

/** Whom invoices are for. */
export function BillToCard({ billTo, mayChange }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Card
      title="Billed to"
      aside={
        mayChange && (
          <Button size="small" onClick={() => setOpen(true)}>
            {billTo === null ? 'Add address' : 'Change'}
          </Button>
        )
      }
    >
      <div className="px-4 py-3">
        {billTo === null ? (
          <p className="text-ink-soft">Nobody has said. Invoices are written all the same.</p>
        ) : (
          <BillToText billTo={billTo} />
        )}
      </div>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Billed to"
        description="It stands on invoices that are written from now on."
      >
        <BillToForm billTo={billTo} onDone={() => setOpen(false)} />
      </Modal>
    </Card>
  );
}
