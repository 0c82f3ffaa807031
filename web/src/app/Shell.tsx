// The frame around all pages: rail, bar, and what lies over everything.
import { ActionIcon, Group, Text } from '@mantine/core';
import { IconMenu2, IconX } from '@tabler/icons-react';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { currentWorkspaceName } from '@/api/session';
import { SkeletonLines } from '@/ui/StateView';
import { Arrival } from './Arrival';
import { Dialogs } from './dialogs';
import { Keyboard } from './Keyboard';
import { NoWorkspace } from './NoWorkspace';
import { Overlays } from './Overlays';
import { Progress } from './Progress';
import { Rail } from './Rail';
import classes from './Shell.module.css';
import { TopBar } from './TopBar';

export function Shell() {
  if (currentWorkspaceName() === null) return <NoWorkspace />;
  return (
    <Dialogs>
      <Frame />
      <Keyboard />
      <Overlays />
    </Dialogs>
  );
}

function Frame() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { open, setOpen, burger } = useDrawer(path);
  const main = useRef<HTMLElement>(null);
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads there; the address stays as it is */}
      <a
        className={classes.skip}
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <Progress />
      <header className={classes.bar}>
        <Group h="100%" gap="xs" wrap="nowrap">
          <ActionIcon
            ref={burger}
            className={classes.burger}
            size="lg"
            onClick={() => setOpen(!open)}
            aria-label={open ? 'Close the menu' : 'Open the menu'}
            aria-expanded={open}
            aria-controls="rail"
          >
            {open ? <IconX size={22} aria-hidden /> : <IconMenu2 size={22} aria-hidden />}
          </ActionIcon>
          <Link to="/" className={classes.brand} aria-label="Muster, home">
            <img src="/favicon.svg" width={26} height={26} alt="" />
            <Text fw={800} visibleFrom="xs" component="span">
              Muster
            </Text>
          </Link>
          <TopBar />
        </Group>
      </header>
      <Rail path={path} open={open} />
      {open && (
        <button
          type="button"
          className={classes.scrim}
          data-open
          tabIndex={-1}
          aria-hidden
          onClick={() => setOpen(false)}
        />
      )}
      <main id="main" ref={main} tabIndex={-1} className={classes.main} inert={open}>
        <Suspense fallback={<SkeletonLines lines={6} />}>
          <Outlet />
        </Suspense>
      </main>
      <Arrival main={main} />
    </div>
  );
}

const NARROW = '(max-width: 48em)';

/** The drawer of narrow screens: closed by Escape, by another page and by a wider window. */
function useDrawer(path: string) {
  const [open, setOpen] = useState(false);
  const burger = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the drawer
  useEffect(() => setOpen(false), [path]);
  useEffect(() => {
    if (!open) return;
    document.querySelector<HTMLElement>('#rail a')?.focus();
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      burger.current?.focus();
    };
    const narrow = window.matchMedia(NARROW);
    const widened = () => setOpen(narrow.matches);
    window.addEventListener('keydown', onEscape);
    narrow.addEventListener('change', widened);
    return () => {
      window.removeEventListener('keydown', onEscape);
      narrow.removeEventListener('change', widened);
    };
  }, [open]);
  return { open, setOpen, burger };
}
