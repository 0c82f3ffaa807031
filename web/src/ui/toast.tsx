// Short messages about results of actions; they stay while pointed at.
import { Anchor, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { told } from '@/api/errors';

const SHOWN_MILLISECONDS = 6000;

type Done = { undo?: () => void; link?: { label: string; go: () => void } };

/** Say that something was done, with the way back. */
export const toastDone = (message: string, { undo, link }: Done = {}): void => {
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
    closeButtonProps: { 'aria-label': 'Close' },
  });
  const act = (what: () => void) => {
    notifications.hide(id);
    what();
  };
};

/** Say that an action failed, in the server's words. */
export const toastError = (error: unknown): void => {
  const { sentence, hint } = told(error);
  notifications.show({
    title: sentence,
    message: hint,
    icon: <IconAlertTriangle size={18} aria-hidden />,
    color: 'red',
    autoClose: 2 * SHOWN_MILLISECONDS,
    closeButtonProps: { 'aria-label': 'Close' },
  });
};
