// One large number with its name and, if known, how it changed.
import { Card, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { label: string; value: string; beside?: ReactNode; below?: ReactNode };

export function Stat({ label, value, beside, below }: Props) {
  return (
    <Card component="section" aria-label={label}>
      <Stack gap={4}>
        <Text c="dimmed" size="sm">
          {label}
        </Text>
        <Group justify="space-between" align="flex-end" gap="xs" wrap="nowrap">
          <Text fz={28} fw={800} lh={1.1} className="mu-numbers">
            {value}
          </Text>
          {beside}
        </Group>
        {below && (
          <Text size="sm" c="dimmed" component="div">
            {below}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
