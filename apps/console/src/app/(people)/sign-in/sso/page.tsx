import type { Metadata } from 'next';
import { FinishSso } from '../../../../people/finish-sso.tsx';

export const metadata: Metadata = { title: 'Single sign-on' };

export default function SingleSignOnPage() {
  return <FinishSso />;
}
