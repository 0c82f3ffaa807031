// The workspace itself: its settings, how its audience index stands, and whether all works.
import { Badge, Group, Paper, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace } from '@/api/session';
import { day } from '@/lib/format';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { settingsQuery } from '../queries';
import { Health } from './Health';
import { IndexState } from './IndexState';
import { SettingsForm } from './SettingsForm';

export function WorkspaceTab() {
  const settings = useQuery(settingsQuery);
  return (
    <>
      <About />
      <StateView query={settings}>
        {({ body, etag }) => <SettingsForm settings={body.settings} etag={etag} />}
      </StateView>
      <IndexState />
      <Health />
    </>
  );
}

function About() {
  const { title, name, created_at, synthetic } = useWorkspace();
  const facts = [
    ['Title', title],
    ['Name in addresses and on the command line', name],
    ['Since', day(created_at)],
  ];
  return (
    <Section title={title}>
      <Paper withBorder p="md" bg="var(--mu-surface)">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          {facts.map(([label, value]) => (
            <div key={label}>
              <Text size="sm" c="dimmed">
                {label}
              </Text>
              <Text fw={600}>{value}</Text>
            </div>
          ))}
        </SimpleGrid>
        {synthetic && (
          <Group mt="sm" gap="xs">
            <Badge>synthetic data</Badge>
            <Text size="sm" c="dimmed">
              Nobody in it is real.
            </Text>
          </Group>
        )}
      </Paper>
    </Section>
  );
}
