/** Three strands of water, held level by the weir between them. */
export function Logo({ compact = false }: { readonly compact?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2 text-[17px] font-semibold tracking-tight">
      <svg viewBox="0 0 24 24" width="22" height="22" fill="none" aria-hidden="true">
        <path
          d="M2 7c3.2 0 3.2 2 6.4 2S11.6 7 14 7M2 12c3.2 0 3.2 2 6.4 2s3.2-2 5.6-2M2 17c3.2 0 3.2 2 6.4 2s3.2-2 5.6-2"
          stroke="var(--accent)"
          strokeWidth="2"
          strokeLinecap="round"
        />
        <path d="M17 4v16" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
        <path
          d="M20.5 9.5h1.5M20.5 14.5h1.5M20.5 19.5h1.5"
          stroke="var(--accent)"
          strokeWidth="2"
          strokeLinecap="round"
        />
      </svg>
      <span className={compact ? 'sr-only sm:not-sr-only' : undefined}>Weir</span>
    </span>
  );
}
