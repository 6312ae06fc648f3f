'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { PromotionCode, redeemPromotion } from '@weir/contracts/promotions';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';

const Form = z.object({ code: PromotionCode });

/** A button, and the dialog in which a promotion's code is typed. */
export function RedeemPromotion() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Redeem a code
      </Button>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Redeem a code"
        description="Its credit is taken by your next invoices. An organization redeems a code once."
      >
        <CodeForm onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function CodeForm({ onDone }: { readonly onDone: () => void }) {
  const router = useRouter();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { register, handleSubmit, formState } = useForm({
    resolver: zodResolver(Form),
    defaultValues: { code: '' },
  });
  const submit = handleSubmit(async ({ code }) => {
    setRefusal(null);
    try {
      await call(redeemPromotion, { body: { spec: { code } } });
      onDone();
      router.refresh();
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
  });
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field
        label="Code"
        autoComplete="off"
        placeholder="7K4M-QX2P-9RTD"
        error={formState.errors.code?.message}
        {...register('code')}
      />
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="primary" busy={formState.isSubmitting}>
          Redeem
        </Button>
      </div>
    </form>
  );
}
