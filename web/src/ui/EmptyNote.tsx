// Nothing to show: what would stand here, why there is none, and the one thing to do.
import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = { title: string; children?: ReactNode; icon?: ReactNode; action?: ReactNode };

export function EmptyNote({ title, children, icon, action }: Props) {
  return (
    <Paper withBorder p="xl" bg="var(--mu-surface)">
      <Stack align="center" gap="xs" ta="center">
        {icon}
        <Title order={2} size="h3">
          {title}
        </Title>
        {children && (
          <Text c="dimmed" maw="34rem" component="div">
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
