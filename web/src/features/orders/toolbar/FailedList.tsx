// Edits that were refused: what was typed is kept in the cells, and here one goes to each.
import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { plural } from '@/lib/format';
import { useDesk } from '../desk';
import { fieldLabel } from '../fields';
import { useBench } from '../grid/bench';
import type { Editing } from '../grid/useEditing';
import { failures, type PendingCell } from '../pending';
import { useStore } from '../store';

export function FailedList({ editing }: { editing: Editing }) {
  const bench = useBench();
  const desk = useDesk();
  const [opened, { toggle, close }] = useDisclosure();
  const all = useStore(bench.pending);
  const failed = failures(all);
  const saving = [...all.values()].filter(({ state }) => state === 'saving').length;
  const go = ({ orderId, field }: PendingCell) => {
    close();
    // After the popover gave back the focus.
    setTimeout(() => bench.grid.current?.edit(String(orderId), field), 50);
  };
  if (failed.length === 0)
    return (
      <Text size="sm" c="dimmed" role="status">
        {saving > 0 && `Saving ${plural(saving, 'cell')}`}
      </Text>
    );
  return (
    <Popover
      opened={opened}
      onChange={(next) => !next && close()}
      width={380}
      trapFocus
      shadow="md"
    >
      <Popover.Target>
        <Button
          variant="default"
          onClick={toggle}
          leftSection={<IconAlertTriangle size={16} color="var(--mu-bad)" aria-hidden />}
        >
          {failed.length} failed
        </Button>
      </Popover.Target>
      <Popover.Dropdown bg="var(--mu-raised)" aria-label="Edits that failed">
        <Stack gap="sm" mah={360} style={{ overflowY: 'auto' }}>
          {failed.map((cell) => (
            <Stack key={`${cell.orderId}/${cell.field}`} gap={2}>
              <Text size="sm" fw={600}>
                {fieldLabel(desk, cell.field)} of order {cell.orderId}: “{cell.typed}”
              </Text>
              <Text size="sm">{cell.sentence}</Text>
              <Group gap="xs">
                <Button size="compact-xs" variant="default" onClick={() => go(cell)}>
                  Mend it
                </Button>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="gray"
                  onClick={() => editing.drop([cell])}
                >
                  Leave it as it was
                </Button>
              </Group>
            </Stack>
          ))}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => {
              editing.drop(failed);
              close();
            }}
          >
            Leave all as they were
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
