// Leaving with edits that only this browser has: asked once, and nothing is lost either way.
import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import type { Autosave } from '../drafts/useAutosave';

export function LeaveDialog({ autosave, dirty }: { autosave: Autosave; dirty: boolean }) {
  const { keeping, flush } = autosave;
  const blocker = useBlocker({
    shouldBlockFn: async ({ current, next }) => {
      if (!dirty || current.pathname === next.pathname) return false;
      return !(keeping === 'saved' || (await flush()));
    },
    enableBeforeUnload: () => dirty && keeping !== 'saved',
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal opened onClose={blocker.reset} title="Leave without saving?">
      <Text>
        The server cannot be reached, so your draft is only in this browser. It is offered again
        when you come back here.
      </Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={blocker.reset} data-autofocus>
          Stay
        </Button>
        <Button onClick={blocker.proceed}>Leave</Button>
      </Group>
    </Modal>
  );
}
