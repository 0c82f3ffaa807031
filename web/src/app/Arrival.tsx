// What happens when another page has come: the focus goes to it, its title is said, and it is
// remembered for the palette.
import { useRouterState } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { currentWorkspaceName } from '@/api/session';
import { remember } from './palette/recent';
import classes from './Shell.module.css';

// The page sets its title once it is drawn.
const SETTLED_MILLISECONDS = 200;

export function Arrival({ main }: { main: RefObject<HTMLElement | null> }) {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const last = useRef<string | undefined>(undefined);
  const [said, say] = useState('');
  useEffect(() => {
    if (path === undefined || path === last.current) return;
    const first = last.current === undefined;
    last.current = path;
    if (!first) bringFocus(main.current);
    const timer = setTimeout(() => {
      if (!first) say(document.title);
      remember(currentWorkspaceName() ?? '', path, document.title);
    }, SETTLED_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [path, main]);
  return (
    <div className={classes.said} role="status" aria-live="polite">
      {said}
    </div>
  );
}

/** To the page, unless it has put the focus somewhere itself, or one goes through its tabs. */
const bringFocus = (main: HTMLElement | null): void => {
  const here = document.activeElement;
  if (here !== null && main?.contains(here) && here !== main) return;
  if (here?.closest('[role="dialog"]')) return;
  main?.focus({ preventScroll: true });
};
