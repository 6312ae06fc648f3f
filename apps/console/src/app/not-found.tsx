import Link from 'next/link';
import { buttonClass } from '../ui/button.tsx';

export default function NotFound() {
  return (
    <main className="grid min-h-[60vh] place-items-center px-4 text-center">
      <div className="grid justify-items-center gap-3">
        <h1 className="text-xl font-semibold">Nothing is here</h1>
        <p className="max-w-sm text-ink-soft">
          This page does not exist, or what it shows is not yours to see. Perhaps it was deleted.
        </p>
        <Link href="/clusters" className={buttonClass('primary')}>
          To your clusters
        </Link>
      </div>
    </main>
  );
}
