// The frame of every page: its title (also the window's), what it is for, its actions.
import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

type Props = {
  title: string;
  /** One line under the title. */
  description?: ReactNode;
  /** What stands before the title: where one is. */
  above?: ReactNode;
  /** Chips beside the title. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

export function Page({ title, description, above, beside, actions, children }: Props) {
  useDocumentTitle(`${title} · Muster`);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end" gap="md">
        <Box miw={0} flex="1 1 18rem">
          {above}
          <Group gap="sm">
            <Title order={1}>{title}</Title>
            {beside}
          </Group>
          {description && (
            <Text c="dimmed" mt={4} maw="60rem" component="div">
              {description}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
