import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly className: string;
  readonly testId?: string;
  readonly children: ReactNode;
}

/** Text as it is, in a box that scrolls; the keyboard can reach it to scroll as well. */
export function CodeBlock({ label, className, testId, children }: Props) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it (WCAG 2.1.1).
      tabIndex={0}
      className={clsx('overflow-auto rounded-md border border-line bg-sunken p-3', className)}
    >
      <pre className="font-mono text-[12.5px] leading-relaxed" data-testid={testId}>
        {children}
      </pre>
    </section>
  );
}
