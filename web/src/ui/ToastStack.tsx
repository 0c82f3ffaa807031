// How short messages look; they stay while pointed at. Loaded by toast.tsx only.
import '@mantine/notifications/styles.layer.css';
import { Anchor, Group, Text } from '@mantine/core';
import { Notifications, notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { told } from '@/api/errors';
import type { Done } from './toast';

const SHOWN_MILLISECONDS = 6000;
const usual = {
  // The component's own grey is too faint on white.
  styles: { description: { color: 'var(--mu-dim)' } },
  closeButtonProps: { 'aria-label': 'Close the message' },
};

export function ToastStack() {
  return <Notifications position="bottom-right" limit={4} />;
}

export const showDone = (message: ReactNode, { undo, link }: Done): void => {
  const act = (what: () => void) => {
    notifications.hide(id);
    what();
  };
  const id = notifications.show({
    message: (
      <Group gap="sm" justify="space-between">
        <Text size="sm">{message}</Text>
        <Group gap="sm">
          {link && (
            <Anchor component="button" size="sm" underline="always" onClick={() => act(link.go)}>
              {link.label}
            </Anchor>
          )}
          {undo && (
            <Anchor component="button" size="sm" underline="always" onClick={() => act(undo)}>
              Undo
            </Anchor>
          )}
        </Group>
      </Group>
    ),
    icon: <IconCheck size={18} aria-hidden />,
    color: 'gray',
    autoClose: SHOWN_MILLISECONDS,
    ...usual,
  });
};

export const showError = (error: unknown): void => {
  const { sentence, hint } = told(error);
  notifications.show({
    title: sentence,
    message: hint,
    icon: <IconAlertTriangle size={18} aria-hidden />,
    color: 'red',
    autoClose: 2 * SHOWN_MILLISECONDS,
    ...usual,
  });
};
