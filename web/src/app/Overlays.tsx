// What lies over every page: messages, questions, the ended session, a lost connection, a newer
// version of the app.
import { Button, Group, Paper, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconRefresh, IconWifiOff } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { onSessionEnd } from '@/api/client';
import { ConfirmHost } from '@/ui/confirm';
import { loadToasts, onToasts } from '@/ui/toast';
import { preparePalette } from './dialogs';
import classes from './Overlays.module.css';

const ToastStack = lazy(() => loadToasts().then((part) => ({ default: part.ToastStack })));
const loadEnded = () => import('./SessionEnded');
const SessionEnded = lazy(() => loadEnded().then((part) => ({ default: part.SessionEnded })));

export function Overlays() {
  const ready = usePrepared();
  return (
    <Suspense fallback={null}>
      {ready && <ToastStack />}
      <ConfirmHost />
      <Ended />
      <Bars />
    </Suspense>
  );
}

/** Once the page was touched, what may be needed without a connection is fetched. */
function usePrepared(): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const prepare = () => {
      setReady(true);
      void loadEnded();
      preparePalette();
    };
    const leave = onToasts(prepare);
    window.addEventListener('pointerdown', prepare, { once: true });
    window.addEventListener('keydown', prepare, { once: true });
    return () => {
      leave();
      window.removeEventListener('pointerdown', prepare);
      window.removeEventListener('keydown', prepare);
    };
  }, []);
  return ready;
}

function Ended() {
  const [ended, setEnded] = useState(false);
  const [used, setUsed] = useState(false);
  useEffect(
    () =>
      onSessionEnd(() => {
        setEnded(true);
        setUsed(true);
      }),
    [],
  );
  return used ? <SessionEnded opened={ended} onClose={() => setEnded(false)} /> : null;
}

function Bars() {
  const { online } = useNetwork();
  const newer = useNewer();
  return (
    <div className={classes.bars} role="status">
      {!online && (
        <Bar icon={<IconWifiOff size={18} aria-hidden />}>
          You are offline. What you see may be old; what you write is kept here.
        </Bar>
      )}
      {newer && online && (
        <Bar
          icon={<IconRefresh size={18} aria-hidden />}
          action={
            <Button size="compact-sm" variant="default" onClick={() => window.location.reload()}>
              Reload
            </Button>
          }
        >
          There is a new version of Muster. Drafts are kept.
        </Bar>
      )}
    </div>
  );
}

/** Whether a part of the app could not be loaded, which is what a newer version looks like. */
function useNewer(): boolean {
  const [newer, setNewer] = useState(false);
  useEffect(() => {
    const tell = () => setNewer(true);
    window.addEventListener('vite:preloadError', tell);
    return () => window.removeEventListener('vite:preloadError', tell);
  }, []);
  return newer;
}

type BarProps = { icon: ReactNode; action?: ReactNode; children: ReactNode };

function Bar({ icon, action, children }: BarProps) {
  return (
    <Paper withBorder shadow="md" px="md" py="xs" bg="var(--mu-raised)">
      <Group gap="sm" wrap="nowrap">
        {icon}
        <Text size="sm">{children}</Text>
        {action}
      </Group>
    </Paper>
  );
}
