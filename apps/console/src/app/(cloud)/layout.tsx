import { listClusters } from '@weir/contracts/clusters';
import { cookies } from 'next/headers';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
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
  const clusters = await load(listClusters, { query: { page_size: 100 } });
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
      <header className="sticky top-0 z-30 border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-7xl items-center gap-1 px-3 sm:gap-5 sm:px-4">
          <Link href="/clusters" aria-label="Weir: your clusters">
            <Logo compact />
          </Link>
          <nav aria-label="Main" className="flex items-center gap-1">
            <NavLink href="/clusters">Clusters</NavLink>
            <NavLink href="/audit">Audit log</NavLink>
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
