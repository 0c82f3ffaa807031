// Whether the server and what it depends on work now.
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { useWorkspace } from '@/api/session';
import { duration } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { healthQuery } from '../queries';

type Check = Schemas['CheckBody'];

const LABELS: Record<string, string> = {
  database: 'Database',
  migrations: 'Migrations',
  row_security: 'Separation of workspaces',
  queue: 'Queue and workers',
  disk: 'Disk',
  workspaces: 'Workspaces',
  warehouse: 'Warehouse',
};

const COLUMNS: Column<Check>[] = [
  { key: 'name', title: 'What', cell: (one) => LABELS[one.name] ?? one.name },
  { key: 'status', title: 'State', width: 130, cell: (one) => <State status={one.status} /> },
  { key: 'detail', title: 'Found', cell: (one) => <Text size="sm">{one.detail}</Text> },
  {
    key: 'seconds',
    title: 'Took',
    number: true,
    wideOnly: true,
    cell: (one) => duration(one.seconds),
  },
  { key: 'at', title: 'Tried', wideOnly: true, cell: (one) => <Moment at={one.checked_at} /> },
];

export function Health() {
  const health = useQuery(healthQuery);
  const { name } = useWorkspace();
  return (
    <Section title="Health" description="Looked at anew every 30 seconds.">
      <StateView query={health}>
        {({ checks }) => (
          <DataTable
            label="Health of the server"
            rows={checks.filter((one) => one.workspace === null || one.workspace === name)}
            rowKey={(one) => `${one.name} ${one.workspace ?? ''}`}
            columns={COLUMNS}
          />
        )}
      </StateView>
    </Section>
  );
}

function State({ status }: { status: string }) {
  if (status === 'ok')
    return (
      <Chip tone="good" icon={<IconCheck size={12} aria-hidden />}>
        Works
      </Chip>
    );
  return (
    <Chip
      tone={status === 'degraded' ? 'warn' : 'bad'}
      icon={<IconAlertTriangle size={12} aria-hidden />}
    >
      {status === 'degraded' ? 'Degraded' : 'Failed'}
    </Chip>
  );
}
