// Chosen segments that cannot be compared, and what to do about each.
import { Anchor, Group, Paper, Stack, Text } from '@mantine/core';
import { IconClock, IconHelp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { SegmentRow } from '@/api/queries';

type Props = { names: string[]; rows: ReadonlyMap<string, SegmentRow> };

export function LeftOut({ names, rows }: Props) {
  const out = names.filter((name) => rows.get(name)?.row_count == null);
  if (out.length === 0) return null;
  return (
    <Paper withBorder p="sm" role="status">
      <Stack gap={4}>
        {out.map((name) => {
          const row = rows.get(name);
          const Sign = row ? IconClock : IconHelp;
          return (
            <Group key={name} gap="xs" wrap="nowrap">
              <Sign size={16} color="var(--mu-warn)" aria-hidden />
              <Text size="sm">
                {row
                  ? `${row.title} was never refreshed, so nobody is known to be in it. `
                  : `There is no segment called ${name} in this workspace. `}
                {row && (
                  <Anchor component={Link} to={`/segments/${row.id}`} size="sm" underline="always">
                    Open it to refresh it
                  </Anchor>
                )}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </Paper>
  );
}
