// Leaving with edits that are not saved is asked about once.
import { Button, Group, Modal, Text } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';

export function LeaveGuard({ dirty }: { dirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => {
      const order = (search: unknown) => (search as { order?: number }).order;
      return (
        dirty &&
        (current.pathname !== next.pathname || order(current.search) !== order(next.search))
      );
    },
    enableBeforeUnload: () => dirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  return (
    <Modal opened onClose={blocker.reset} title="Leave without saving?" zIndex={400}>
      <Text>What you changed in this order is not saved.</Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={blocker.reset} data-autofocus>
          Stay
        </Button>
        <Button onClick={blocker.proceed}>Leave</Button>
      </Group>
    </Modal>
  );
}
