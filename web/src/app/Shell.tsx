// The frame around all pages: rail, bar, and what lies over everything.
import {
  AppShell,
  Burger,
  Group,
  NavLink,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { Suspense, useEffect } from 'react';
import { currentWorkspaceName } from '@/api/session';
import { SkeletonLines } from '@/ui/StateView';
import { NoWorkspace } from './NoWorkspace';
import { isHere, PLACES } from './navigation';
import { Overlays } from './Overlays';
import classes from './Shell.module.css';
import { TopBar } from './TopBar';

const WIDE = '(min-width: 56.25em)';

export function Shell() {
  const [open, drawer] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const wide = useMediaQuery(WIDE, true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the drawer
  useEffect(drawer.close, [path]);

  if (currentWorkspaceName() === null) return <NoWorkspace />;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{
        width: { base: 220, sm: wide ? 200 : 68 },
        breakpoint: 'sm',
        collapsed: { mobile: !open },
      }}
      padding={{ base: 'md', sm: 'lg' }}
    >
      <a className={classes.skip} href="#main">
        Skip to the page
      </a>
      <AppShell.Header className={classes.bar}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={drawer.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={open ? 'Close the menu' : 'Open the menu'}
          />
          <UnstyledButton
            component={Link}
            to="/"
            className={classes.brand}
            aria-label="Muster, home"
          >
            <img src="/favicon.svg" width={26} height={26} alt="" />
            <Text fw={800} visibleFrom="xs" component="span">
              Muster
            </Text>
          </UnstyledButton>
          <TopBar />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.rail} p="xs" aria-label="Main">
        <Stack gap={2} component="nav" aria-label="Pages">
          {PLACES.map(({ to, label, icon: Icon }) => (
            <Tooltip key={to} label={label} position="right" disabled={wide || open}>
              <NavLink
                renderRoot={(props) => <Link to={to} {...props} />}
                label={wide || open ? label : undefined}
                aria-label={label}
                aria-current={isHere(to, path) ? 'page' : undefined}
                leftSection={<Icon size={20} stroke={1.7} aria-hidden />}
                active={isHere(to, path)}
                className={classes.place}
              />
            </Tooltip>
          ))}
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <Suspense fallback={<SkeletonLines lines={6} />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Overlays />
    </AppShell>
  );
}
