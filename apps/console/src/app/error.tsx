'use client';

import { Button } from '../ui/button.tsx';

export default function PageError({ reset }: { readonly reset: () => void }) {
  return (
    <main className="grid min-h-[60vh] place-items-center px-4 text-center">
      <div className="grid justify-items-center gap-3">
        <h1 className="text-xl font-semibold">This page could not be loaded</h1>
        <p className="max-w-sm text-ink-soft">
          The console could not get an answer from the API. Your clusters do not depend on it: clients go on.
        </p>
        <Button look="primary" onClick={reset}>
          Try again
        </Button>
      </div>
    </main>
  );
}
