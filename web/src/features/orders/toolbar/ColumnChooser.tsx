// Which columns are shown, in which order, and which stay at the left; how close rows stand.
import { ActionIcon, Button, Checkbox, Popover, SegmentedControl, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconArrowDown,
  IconArrowUp,
  IconColumns3,
  IconPin,
  IconPinFilled,
} from '@tabler/icons-react';
import { useState } from 'react';
import { prefer, usePreferences } from '@/lib/preferences';
import type { ColumnLayout } from '@/ui/grid/types';
import { useDesk } from '../desk';
import { fieldLabel } from '../fields';
import { useBench } from '../grid/bench';
import classes from './toolbar.module.css';

export function ColumnChooser() {
  const { grid } = useBench();
  const [opened, { close, open }] = useDisclosure();
  const [layout, setLayout] = useState<ColumnLayout[]>([]);
  const { density } = usePreferences();
  const show = () => {
    setLayout(grid.current?.layout() ?? []);
    open();
  };
  const arrange = (next: ColumnLayout[]) => {
    setLayout(next);
    grid.current?.arrange(next);
  };
  return (
    <Popover
      opened={opened}
      onChange={(next) => !next && close()}
      width={320}
      trapFocus
      shadow="md"
    >
      <Popover.Target>
        <Button
          variant="default"
          onClick={opened ? close : show}
          leftSection={<IconColumns3 size={16} aria-hidden />}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown bg="var(--mu-raised)" aria-label="Columns">
        <Stack gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="How close rows stand"
            value={density}
            onChange={(next) => prefer({ density: next as typeof density })}
            data={[
              { value: 'comfortable', label: 'Comfortable' },
              { value: 'compact', label: 'Compact' },
            ]}
          />
          <Stack gap={0} mah={380} style={{ overflowY: 'auto' }}>
            {layout.map((one, place) => (
              <Row
                key={one.id}
                column={one}
                onChange={(change) =>
                  arrange(
                    layout.map((other, at) => (at === place ? { ...other, ...change } : other)),
                  )
                }
                onMove={(by) => arrange(moved(layout, place, place + by))}
              />
            ))}
          </Stack>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

const moved = (layout: ColumnLayout[], from: number, to: number): ColumnLayout[] => {
  if (to < 0 || to >= layout.length) return layout;
  const next = [...layout];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
};

type RowProps = {
  column: ColumnLayout;
  onChange: (change: Partial<ColumnLayout>) => void;
  onMove: (by: number) => void;
};

function Row({ column, onChange, onMove }: RowProps) {
  const desk = useDesk();
  const label = fieldLabel(desk, column.id);
  const Pin = column.pinned ? IconPinFilled : IconPin;
  return (
    <div className={classes.column}>
      <Checkbox
        size="xs"
        label={label}
        checked={!column.hidden}
        disabled={column.id === 'order_id'}
        onChange={() => onChange({ hidden: !column.hidden })}
      />
      <ActionIcon
        size={26}
        aria-label={`Keep ${label} at the left`}
        aria-pressed={column.pinned}
        onClick={() => onChange({ pinned: !column.pinned })}
      >
        <Pin size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon size={26} aria-label={`Move ${label} left`} onClick={() => onMove(-1)}>
        <IconArrowUp size={15} aria-hidden />
      </ActionIcon>
      <ActionIcon size={26} aria-label={`Move ${label} right`} onClick={() => onMove(1)}>
        <IconArrowDown size={15} aria-hidden />
      </ActionIcon>
    </div>
  );
}
