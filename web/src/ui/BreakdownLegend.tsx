// How to read the bars of breakdowns; once above all of them.
import { Group, Text } from '@mantine/core';
import classes from './BreakdownLegend.module.css';

export function BreakdownLegend({ segments }: { segments?: string[] }) {
  const names = segments ?? ['Members'];
  return (
    <Group gap="md" style={{ rowGap: 4 }}>
      {names.map((name, place) => (
        <Group key={name} gap={6} wrap="nowrap">
          <span
            className={classes.bar}
            style={{ background: `var(--mu-series-${place + 1})` }}
            aria-hidden
          />
          <Text size="sm">{name}</Text>
        </Group>
      ))}
      <Group gap={6} wrap="nowrap">
        <span className={classes.mark} aria-hidden />
        <Text size="sm">Everyone</Text>
      </Group>
      <Text size="sm" c="dimmed">
        Index 100: as everyone; dimmed where it is near 100, or of fewer than 30 people
      </Text>
    </Group>
  );
}
