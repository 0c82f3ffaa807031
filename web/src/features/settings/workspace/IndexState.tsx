// How the audience index stands to the warehouse: fresh means answers in milliseconds.
import { Code, Group, Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconMinus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { bytes, count } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { indexQuery } from '../queries';

type Index = Schemas['IndexBody'];
type Part = Index['parts'][number];

const sign = { size: 12, 'aria-hidden': true } as const;
const STATES: Record<
  Index['state'],
  { tone: 'good' | 'warn' | 'bad' | 'dim'; label: string; icon: React.ReactNode }
> = {
  fresh: { tone: 'good', label: 'Fresh', icon: <IconCheck {...sign} /> },
  stale: { tone: 'warn', label: 'Stale', icon: <IconAlertTriangle {...sign} /> },
  absent: { tone: 'dim', label: 'Absent', icon: <IconMinus {...sign} /> },
  damaged: { tone: 'bad', label: 'Damaged', icon: <IconAlertTriangle {...sign} /> },
  unfit: { tone: 'warn', label: 'Unfit', icon: <IconAlertTriangle {...sign} /> },
  off: { tone: 'dim', label: 'Off', icon: <IconMinus {...sign} /> },
};

const COLUMNS: Column<Part>[] = [
  { key: 'name', title: 'Part', cell: (one) => one.name },
  { key: 'rows', title: 'Rows', number: true, cell: (one) => count(one.rows) },
  { key: 'size', title: 'On disk', number: true, cell: (one) => bytes(one.size_bytes) },
  {
    key: 'newest',
    title: 'Newest event',
    cell: (one) => <Moment at={one.newest_event} never="no events" />,
  },
];

export function IndexState() {
  const { has_model: hasModel } = useWorkspace();
  const index = useQuery({ ...indexQuery, enabled: hasModel });
  if (!hasModel) return null; // nothing that could be indexed
  return (
    <Section
      title="Audience index"
      description="A copy of the data made for counting. Without a fresh one the warehouse answers, more slowly."
    >
      <StateView query={index}>
        {(data) => (
          <Stack gap="sm">
            <Paper withBorder p="md" bg="var(--mu-surface)">
              <Group gap="sm">
                <Chip tone={STATES[data.state].tone} icon={STATES[data.state].icon}>
                  {STATES[data.state].label}
                </Chip>
                <Text>{data.sentence}</Text>
                <Text size="sm" c="dimmed" component="div">
                  {bytes(data.size_bytes)}, built <Moment at={data.built_at} />
                </Text>
              </Group>
            </Paper>
            {data.parts.length > 0 && (
              <DataTable
                label="Parts of the index"
                rows={data.parts}
                rowKey={(one) => one.name}
                columns={COLUMNS}
              />
            )}
            {data.left_out.length > 0 && (
              <div>
                <Text size="sm" c="dimmed">
                  The warehouse answers for:
                </Text>
                {data.left_out.map((one) => (
                  <Text key={one.name} size="sm">
                    <Code>{one.name}</Code>, because {one.why}
                  </Text>
                ))}
              </div>
            )}
          </Stack>
        )}
      </StateView>
    </Section>
  );
}
