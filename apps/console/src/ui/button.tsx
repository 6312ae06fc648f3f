import { clsx } from 'clsx';
import type { ButtonHTMLAttributes, ReactNode } from 'react';

type Look = 'primary' | 'quiet' | 'danger' | 'bare';

const looks: Readonly<Record<Look, string>> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover',
  quiet: 'border border-line bg-surface text-ink hover:border-line-strong',
  danger: 'border border-danger text-danger hover:bg-danger-wash',
  bare: 'text-ink-soft hover:bg-sunken hover:text-ink',
};

/** How every button and every link that looks like one is drawn. */
export function buttonClass(look: Look = 'quiet', size: 'normal' | 'small' = 'normal'): string {
  return clsx(
    'inline-flex items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium transition-colors',
    'disabled:pointer-events-none disabled:opacity-55',
    size === 'small' ? 'h-8 px-2.5 text-[13px]' : 'h-9 px-3.5 text-sm',
    looks[look],
  );
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  readonly size?: 'normal' | 'small';
  /** Work is under way: the button waits, and says so to screen readers. */
  readonly busy?: boolean;
  readonly children: ReactNode;
}

export function Button({
  look = 'quiet',
  size = 'normal',
  busy = false,
  className,
  children,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy}
      aria-busy={busy}
      className={clsx(buttonClass(look, size), className)}
    >
      {children}
    </button>
  );
}
