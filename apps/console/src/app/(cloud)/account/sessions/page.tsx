import type { Metadata } from 'next';
import { SessionTable } from '../../../../account/session-table.tsx';

export const metadata: Metadata = { title: 'Sessions' };

export default function SessionsPage() {
  return <SessionTable />;
}
