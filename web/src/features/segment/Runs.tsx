// The runs that refreshed this segment, or tried to.
import { Anchor, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { duration, plural } from '@/lib/format';
import { RunChip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { Moment } from '@/ui/Moment';
import { Pager } from '@/ui/Pager';
import { StateView } from '@/ui/StateView';
import { ruleRunsQuery } from './queries';
import { RunAction } from './RunStrip';
import type { TabProps } from './SegmentPage';

type Run = Schemas['RunBody'];

const ORIGIN: Record<Run['origin'], string> = {
  schedule: 'On schedule',
  manual: 'By hand',
  api: 'By hand',
  retry: 'A retry',
};

export function Runs({ segment, search, onSearch }: TabProps) {
  const runs = useQuery(ruleRunsQuery(segment.rule.name, search.page ?? 1));
  return (
    <StateView
      query={runs}
      isEmpty={({ total }) => total === 0}
      empty={<EmptyNote title="No runs yet">Refresh the segment to make the first one.</EmptyNote>}
    >
      {(found) => (
        <>
          <DataTable
            label="Runs of this segment"
            columns={COLUMNS}
            rows={found.items}
            rowKey={(run) => run.id}
            busy={runs.isFetching}
          />
          <Pager
            page={found.page}
            pages={found.pages}
            total={found.total}
            noun={found.total === 1 ? 'run' : 'runs'}
            onPage={(page) => onSearch({ page })}
          />
        </>
      )}
    </StateView>
  );
}

const COLUMNS: Column<Run>[] = [
  {
    key: 'run',
    title: 'Run',
    cell: (run) => (
      <>
        <Anchor component={Link} to={`/runs/${run.id}`} fw={600} c="var(--mu-text)">
          Run {run.id}
        </Anchor>
        <Text size="sm" c="dimmed">
          {ORIGIN[run.origin]}
          {run.origin !== 'schedule' && ` by ${run.requested_by}`},{' '}
          {plural(run.rules.length, 'rule')}
        </Text>
      </>
    ),
  },
  { key: 'state', title: 'State', width: 140, cell: (run) => <RunChip state={run.state} /> },
  {
    key: 'queued',
    title: 'Queued',
    width: 160,
    cell: (run) => <Moment at={run.created_at} />,
  },
  {
    key: 'took',
    title: 'Duration',
    number: true,
    width: 120,
    cell: (run) => duration(run.seconds),
  },
  {
    key: 'result',
    title: 'Result',
    cell: (run) => (
      <Text size="sm" c={run.error ? undefined : 'dimmed'}>
        {run.error?.sentence ??
          run.progress?.what ??
          (run.state === 'published' ? 'Published' : '')}
      </Text>
    ),
  },
  { key: 'action', title: 'Action', width: 110, cell: (run) => <RunAction run={run} /> },
];
