'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { type Theme, themeCookie, themes } from './theme.ts';

const icons = { system: Monitor, light: Sun, dark: Moon };

/** Goes round system, light, dark; a cookie keeps the choice, so that the server draws the page in it. */
export function ThemeSwitch({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const Icon = icons[theme];
  const change = () => {
    setTheme(next);
    document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
    document.cookie = `${themeCookie}=${next}; path=/; max-age=31536000; samesite=lax`;
  };
  return (
    <Button look="bare" size="small" onClick={change} aria-label={`Theme: ${theme}. Change to ${next}.`}>
      <Icon aria-hidden="true" size={16} />
    </Button>
  );
}
