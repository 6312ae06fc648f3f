import type { ReactNode } from 'react';
import { NavLink } from '../../../shell/nav-link.tsx';

export default function AccountLayout({ children }: { readonly children: ReactNode }) {
  return (
    <div className="mx-auto grid max-w-3xl grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Account</h1>
        <p className="text-ink-soft">Yours alone, whichever organization you work in.</p>
      </div>
      <nav aria-label="Account" className="flex flex-wrap gap-1 border-b border-line pb-2">
        <NavLink href="/account" exact>
          Profile
        </NavLink>
        <NavLink href="/account/security">Security</NavLink>
        <NavLink href="/account/sessions">Sessions</NavLink>
      </nav>
      {children}
    </div>
  );
}
