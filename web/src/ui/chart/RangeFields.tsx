// Which part is shown, by two fields.
import { ActionIcon, Button, NativeSelect, Popover, Stack, Tooltip } from '@mantine/core';
import { IconArrowsHorizontal } from '@tabler/icons-react';
import { type Frame, type Span, wholeSpan } from './data';

type Props = { frame: Frame; window: Span | null; onWindow: (window: Span | null) => void };

export function RangeFields({ frame, window, onWindow }: Props) {
  const [first, last] = wholeSpan(frame);
  const [from, to] = window ?? [first, last];
  const choices = frame.labels.map((label, place) => ({ value: String(place), label }));
  const show = (start: number, end: number) =>
    onWindow(start === first && end === last ? null : [Math.min(start, end), Math.max(start, end)]);
  return (
    <Popover position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Tooltip label="Choose the range">
          <ActionIcon aria-label="Choose the range">
            <IconArrowsHorizontal size={17} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label="Range">
        <Stack gap="xs" miw={200}>
          <NativeSelect
            label="From"
            data={choices.slice(0, to + 1)}
            value={String(from)}
            onChange={(event) => show(Number(event.currentTarget.value), to)}
          />
          <NativeSelect
            label="To"
            data={choices.slice(from)}
            value={String(to)}
            onChange={(event) => show(from, Number(event.currentTarget.value))}
          />
          <Button variant="default" size="xs" onClick={() => onWindow(null)}>
            Show everything
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
