// What this is: version, data, documentation, licence.
import { Badge, Group, Paper, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace, whoQuery } from '@/api/session';
import { Section } from '../parts/Section';
import { versionQuery } from '../queries';

const MODES: Record<string, string> = {
  local: 'This machine only; nobody signs in',
  password: 'Passwords or an identity provider',
  'databricks-apps': 'The platform it runs on',
};

export function AboutTab() {
  const version = useQuery(versionQuery).data?.version;
  const who = useQuery(whoQuery).data;
  const { synthetic } = useWorkspace();
  return (
    <Section
      title="Muster"
      description="Builds audiences out of your own data: rules in, segments out, every number explained."
    >
      <Paper withBorder p="md" bg="var(--mu-surface)">
        <Table aria-label="About Muster" withRowBorders={false} verticalSpacing="xs">
          <Table.Tbody>
            <Fact name="Version">{version ?? 'unknown'}</Fact>
            <Fact name="Signing in">{MODES[who?.mode ?? ''] ?? who?.mode}</Fact>
            <Fact name="Data here">
              {synthetic ? (
                <Group gap="xs">
                  <Badge>synthetic data</Badge>
                  <Text size="sm">Generated; nobody in it is real.</Text>
                </Group>
              ) : (
                'Your own'
              )}
            </Fact>
            <Fact name="API">
              <a href="/docs">Documentation of the API</a>,{' '}
              <a href="/openapi.json">its description for programs</a>
            </Fact>
            <Fact name="Licence">Apache License 2.0</Fact>
          </Table.Tbody>
        </Table>
      </Paper>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={120} fw={400} c="dimmed" pl={0}>
        {name}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}
