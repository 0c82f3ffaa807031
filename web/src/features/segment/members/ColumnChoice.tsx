// Which attributes of the members are shown.
import { Button, Checkbox, Group, Popover, ScrollArea, Stack } from '@mantine/core';
import { IconColumns } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';

type Props = {
  attributes: Schemas['FieldBody'][];
  columns: string | undefined;
  shown: string[];
  onChange: (columns: string | undefined) => void;
};

export function ColumnChoice({ attributes, columns, shown, onChange }: Props) {
  const chosen = columns?.split(',') ?? shown;
  const order = attributes.map(({ name }) => name);
  const choose = (names: string[]) =>
    onChange(order.filter((name) => names.includes(name)).join(',') || undefined);
  return (
    <Popover position="bottom-end" width={260} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={16} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: -1 }}>
          <Checkbox.Group value={chosen} onChange={choose} aria-label="Columns">
            <Stack gap="xs">
              {attributes.map(({ name, label, pii }) => (
                <Checkbox
                  key={name}
                  value={name}
                  label={label}
                  description={pii === 'none' ? undefined : 'Personal'}
                />
              ))}
            </Stack>
          </Checkbox.Group>
        </ScrollArea.Autosize>
        {columns !== undefined && (
          <Group justify="flex-end" mt="sm">
            <Button variant="subtle" color="gray" size="xs" onClick={() => onChange(undefined)}>
              As at first
            </Button>
          </Group>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
