import type { Metadata } from 'next';
import { PasskeyCard } from '../../../../account/passkey-card.tsx';
import { PasswordForm } from '../../../../account/password-form.tsx';
import { SecondFactorCard } from '../../../../account/second-factor-card.tsx';
import { SingleSignOnCard } from '../../../../account/single-sign-on-card.tsx';
import { signedIn } from '../../../../api/server.ts';

export const metadata: Metadata = { title: 'Security' };

export default async function SecurityPage() {
  const { user } = await signedIn();
  return (
    <>
      <PasswordForm />
      <PasskeyCard isVerified={user.emailVerified} />
      <SecondFactorCard isOn={user.twoFactorEnabled === true} isVerified={user.emailVerified} />
      <SingleSignOnCard isVerified={user.emailVerified} />
    </>
  );
}
