import type { Metadata } from 'next';
import { AddressCard } from '../../../account/address-card.tsx';
import { DeleteAccountCard } from '../../../account/delete-account-card.tsx';
import { signedIn } from '../../../api/server.ts';
import { OutboxHint } from '../../../outbox/outbox-hint.tsx';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage() {
  const { user } = await signedIn();
  return (
    <>
      <AddressCard name={user.name} email={user.email} isVerified={user.emailVerified} />
      <DeleteAccountCard />
      <OutboxHint />
    </>
  );
}
