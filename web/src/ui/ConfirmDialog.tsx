// The dialog of confirm.tsx: keeping is where the focus begins.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { Asked } from './confirm';

type Props = { asked: Asked; opened: boolean; onClose: () => void };

export function ConfirmDialog({ asked, opened, onClose }: Props) {
  const { title, body, confirm, cancel = 'Keep', onConfirm } = asked;
  const go = () => {
    onClose();
    onConfirm();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title}>
      <Stack>
        {typeof body === 'string' ? <Text>{body}</Text> : body}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button onClick={go}>{confirm}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
