// What is selected, or which part is looked at: to make it the filter, and to give it up.
import { Button, CloseButton, Group, Paper, Text } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { plural } from '@/lib/format';
import type { Frame, Span } from './data';
import type { ChartState } from './useChart';

export function Selection({ frame, chart }: { frame: Frame; chart: ChartState }) {
  const { window, selected } = chart;
  const between = ([from, to]: Span) =>
    from === to ? frame.labels[from] : `${frame.labels[from]} to ${frame.labels[to]}`;
  const points = ([from, to]: Span) => plural(to - from + 1, 'point');
  const filter = () => {
    chart.setWindow(selected);
    chart.select(null);
  };
  return (
    <Group gap="xs" role="status">
      {selected && (
        <Paper withBorder px="xs" py={2} bg="var(--mu-raised)">
          <Group gap="xs">
            <Text size="sm">
              Selected: {between(selected)} ({points(selected)})
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconFilter size={14} aria-hidden />}
              onClick={filter}
            >
              Filter to selection
            </Button>
            <CloseButton
              size="sm"
              aria-label="Give up the selection"
              onClick={() => chart.select(null)}
            />
          </Group>
        </Paper>
      )}
      {window && (
        <Paper withBorder pl="xs" pr={4} py={2}>
          <Group gap={4}>
            <Text size="sm" c="dimmed">
              Shown: {between(window)} ({points(window)} of {frame.xs.length})
            </Text>
            <CloseButton
              size="sm"
              aria-label="Show everything"
              onClick={() => chart.setWindow(null)}
            />
          </Group>
        </Paper>
      )}
    </Group>
  );
}
