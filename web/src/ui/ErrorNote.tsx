// What failed, in the server's words, with what can be done about it.
import { Group, Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type Props = { sentence: string; hint?: string | null; code?: string; action?: ReactNode };

export function ErrorNote({ sentence, hint, code, action }: Props) {
  return (
    <Paper withBorder p="md" bg="var(--mu-surface)" role="alert" maw="46rem" w="100%">
      <Group align="flex-start" wrap="nowrap" gap="sm">
        <IconAlertTriangle size={20} color="var(--mu-bad)" aria-hidden style={{ flexShrink: 0 }} />
        <Stack gap={6} flex={1} miw={0}>
          <Text fw={600}>{sentence}</Text>
          {hint && <Text c="dimmed">{hint}</Text>}
          {code && (
            <Text c="dimmed" size="xs">
              {code}
            </Text>
          )}
          {action && <Group gap="xs">{action}</Group>}
        </Stack>
      </Group>
    </Paper>
  );
}
