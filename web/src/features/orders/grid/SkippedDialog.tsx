// What an undo left as it is, because somebody changed it since.
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { ago, plural } from '@/lib/format';
import { useDesk } from '../desk';
import { fieldLabel } from '../fields';
import type { Conflict } from '../types';
import { valueText } from './ConflictDialog';

type Props = { skipped: Conflict[]; onClose: () => void };

export function SkippedDialog({ skipped, onClose }: Props) {
  const desk = useDesk();
  return (
    <Modal
      opened={skipped.length > 0}
      onClose={onClose}
      title={`${plural(skipped.length, 'cell')} left as they are`}
    >
      <Stack>
        <Text size="sm">Everything else was put back. These were changed since:</Text>
        <List size="sm" spacing="xs">
          {skipped.slice(0, 100).map((one) => (
            <List.Item key={`${one.key}/${one.field}`}>
              {fieldLabel(desk, one.field)} of order {one.key}: now{' '}
              <strong>{valueText(desk, one.field, one.theirs)}</strong>
              {one.changed_by && `, by ${one.changed_by} ${ago(one.changed_at)}`}
              {one.sentence && ` (${one.sentence})`}
            </List.Item>
          ))}
        </List>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            I see
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
