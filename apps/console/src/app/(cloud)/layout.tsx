import { listClusters } from '@weir/contracts/clusters';
import { cookies } from 'next/headers';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { permissionsOnOrganization } from '../../access/permissions.ts';
import { load, session } from '../../api/server.ts';
import { CommandMenu } from '../../shell/command-menu.tsx';
import { Logo } from '../../shell/logo.tsx';
import { NavLink } from '../../shell/nav-link.tsx';
import { PersonMenu } from '../../shell/person-menu.tsx';
import { themeCookie, themeOf } from '../../shell/theme.ts';
import { ThemeSwitch } from '../../shell/theme-switch.tsx';

/** Everything behind the sign-in. */
export default async function CloudLayout({ children }: { readonly children: ReactNode }) {
  const signedIn = await session();
  if (signedIn === null) redirect('/sign-in');
  const [clusters, permissions] = await Promise.all([
    load(listClusters, { query: { page_size: 100 } }),
    permissionsOnOrganization(),
  ]);
  const theme = themeOf((await cookies()).get(themeCookie)?.value);
  const goals = clusters.data.map((cluster) => ({ id: cluster.id, name: cluster.spec.display_name }));
  return (
    <div className="min-h-screen">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-surface print:hidden">
        <div className="mx-auto flex min-h-14 max-w-7xl flex-wrap items-center gap-1 px-3 pt-2 sm:gap-5 sm:px-4 sm:pt-0">
          <Link href="/clusters" aria-label="Weir: your clusters">
            <Logo compact />
          </Link>
          {/* In a narrow window a row of its own, which moves sideways where it does not fit. */}
          <nav
            aria-label="Main"
            className="order-last flex w-full items-center gap-1 overflow-x-auto pb-2 sm:order-none sm:w-auto sm:overflow-visible sm:pb-0"
          >
            <NavLink href="/clusters">Clusters</NavLink>
            <NavLink href="/keys">Keys</NavLink>
            <NavLink href="/access">Access</NavLink>
            {permissions.has('billing:read') && <NavLink href="/billing">Billing</NavLink>}
            {permissions.has('audit:read') && <NavLink href="/audit">Audit log</NavLink>}
          </nav>
          <div className="ml-auto flex items-center gap-1">
            <CommandMenu clusters={goals} />
            <ThemeSwitch initial={theme} />
            <PersonMenu name={signedIn.user.name} email={signedIn.user.email} />
          </div>
        </div>
      </header>
      <main id="content" className="mx-auto max-w-7xl px-4 py-6">
        {children}
      </main>
    </div>
  );
}
