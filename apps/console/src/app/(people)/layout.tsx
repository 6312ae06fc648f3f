import type { ReactNode } from 'react';
import { Logo } from '../../shell/logo.tsx';

/** Where nobody is signed in yet. */
export default function PeopleLayout({ children }: { readonly children: ReactNode }) {
  return (
    <main className="grid min-h-screen lg:grid-cols-[1fr_1.1fr]">
      <div className="grid content-center justify-items-center px-5 py-10">
        <div className="grid w-full max-w-sm gap-8">
          <Logo />
          {children}
        </div>
      </div>
      <aside className="hidden content-center border-l border-line bg-sunken px-14 lg:grid">
        <div className="grid max-w-md gap-6">
          <p className="text-2xl leading-snug font-semibold tracking-tight">
            A Kafka cluster before the page has changed.
          </p>
          <ul className="grid gap-3 text-ink-soft">
            <li>Any Kafka client works, unmodified, in any language.</li>
            <li>What was acknowledged is on disk and stays there.</li>
            <li>Usage to the byte, live, by cluster and topic.</li>
            <li>The same cloud on your laptop with one command.</li>
          </ul>
        </div>
      </aside>
    </main>
  );
}
