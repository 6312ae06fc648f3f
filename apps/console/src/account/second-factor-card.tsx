'use client';

import { EnrolledReply, RecoveryCodesReply } from '@weir/contracts/people';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { postForm } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { ConfirmCode } from './confirm-code.tsx';
import { PasswordStep } from './password-step.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

interface Props {
  readonly isOn: boolean;
  readonly isVerified: boolean;
}

type Step =
  | { readonly name: 'turn on' | 'turn off' | 'new codes' }
  | { readonly name: 'confirm'; readonly enrolled: EnrolledReply }
  | { readonly name: 'codes'; readonly codes: readonly string[] };

const titles: Readonly<Record<Step['name'], readonly [title: string, description: string]>> = {
  'turn on': ['Turn on a second factor', 'Your password first, so that nobody else does it for you.'],
  confirm: [
    'Add it to your app',
    'Scan the picture with an authenticator app, and give the code that it shows.',
  ],
  codes: [
    'Keep your recovery codes',
    'Each signs you in once when you do not have the app. They are shown only now.',
  ],
  'new codes': ['Make new recovery codes', 'The ones that you have stop working.'],
  'turn off': ['Turn off the second factor', 'Signing in takes your password alone from then on.'],
};

/** Codes of an authenticator app, beside the password. */
export function SecondFactorCard({ isOn, isVerified }: Props) {
  const router = useRouter();
  const [step, setStep] = useState<Step | null>(null);
  const close = () => {
    setStep(null);
    router.refresh();
  };
  const [title, description] = titles[step?.name ?? 'turn on'];
  return (
    <Card
      title="Authenticator app"
      aside={<span className={isOn ? 'text-good' : 'text-ink-soft'}>{isOn ? 'on' : 'off'}</span>}
    >
      <div className="grid gap-4 p-4">
        <p className="text-ink-soft">
          {isOn
            ? 'Signing in takes your password and a code of your app.'
            : 'With it, a password that somebody finds out opens nothing.'}
        </p>
        {!isOn && !isVerified && (
          <Notice tone="warn">Confirm your e-mail address first: the link was mailed to you.</Notice>
        )}
        <div className="flex flex-wrap gap-2">
          {isOn ? (
            <>
              <Button onClick={() => setStep({ name: 'new codes' })}>New recovery codes</Button>
              <Button look="danger" onClick={() => setStep({ name: 'turn off' })}>
                Turn off
              </Button>
            </>
          ) : (
            <Button disabled={!isVerified} onClick={() => setStep({ name: 'turn on' })}>
              Turn on
            </Button>
          )}
        </div>
      </div>
      <Modal
        open={step !== null}
        onOpenChange={(open) => !open && close()}
        title={title}
        description={description}
      >
        {step !== null && <Steps step={step} onStep={setStep} onDone={close} />}
      </Modal>
    </Card>
  );
}

interface StepsProps {
  readonly step: Step;
  readonly onStep: (step: Step) => void;
  readonly onDone: () => void;
}

function Steps({ step, onStep, onDone }: StepsProps) {
  switch (step.name) {
    case 'turn on':
      return (
        <PasswordStep
          action="Go on"
          onPassword={async (password) => {
            const reply = await postForm('/two-factor/enable', { password });
            onStep({ name: 'confirm', enrolled: EnrolledReply.parse(reply) });
          }}
        />
      );
    case 'confirm':
      return (
        <ConfirmCode
          totpUri={step.enrolled.totpURI}
          onConfirmed={() => onStep({ name: 'codes', codes: step.enrolled.backupCodes })}
        />
      );
    case 'new codes':
      return (
        <PasswordStep
          action="Make new codes"
          onPassword={async (password) => {
            const reply = RecoveryCodesReply.parse(
              await postForm('/two-factor/generate-backup-codes', { password }),
            );
            onStep({ name: 'codes', codes: reply.backupCodes });
          }}
        />
      );
    case 'codes':
      return <RecoveryCodes codes={step.codes} onDone={onDone} />;
    case 'turn off':
      return (
        <PasswordStep
          action="Turn off"
          onPassword={async (password) => {
            await postForm('/two-factor/disable', { password });
            onDone();
          }}
        />
      );
  }
}
