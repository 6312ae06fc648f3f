'use client';

import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { beginLink } from './begin-link.ts';
import { PasswordStep } from './password-step.tsx';

/** Connects an account that has a password to its person at the organization's identity provider. */
export function SingleSignOnCard({ isVerified }: { readonly isVerified: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Card title="Single sign-on">
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          Where your organization has an identity provider, connect it to sign in without a password. It opens
          that organization, and none of your others.
        </p>
        <div>
          <Button disabled={!isVerified} onClick={() => setOpen(true)}>
            Connect single sign-on
          </Button>
        </div>
      </div>
      <Modal
        open={open}
        onOpenChange={setOpen}
        title="Connect single sign-on"
        description="Your password first, so that nobody else connects theirs to your account."
      >
        <PasswordStep action="Go to the identity provider" onPassword={beginLink} />
      </Modal>
    </Card>
  );
}
