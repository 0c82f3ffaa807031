// All refreshes: what works now with its progress, and what was.
import { Box, Button, Group, Progress, Select, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { useLiveRuns } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { count, duration } from '@/lib/format';
import { RunChip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { Moment } from '@/ui/Moment';
import { Page } from '@/ui/Page';
import { Pager } from '@/ui/Pager';
import { StateView } from '@/ui/StateView';
import { toastDone } from '@/ui/toast';
import { barShare, type RunSearch, readSearch, runOrigin, runTitle, STATES } from './logic';
import { runsQuery, useTrigger } from './queries';
import { RunActions } from './RunActions';

type Run = Schemas['RunBody'];

export function RunsPage() {
  const search = readSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const found = useQuery(runsQuery(search));
  useLiveRuns();
  const set = (change: RunSearch) =>
    navigate({ to: '.', search: { page: undefined, ...search, ...change }, replace: true });
  return (
    <Page
      title="Runs"
      description="Every refresh of segments: by hand or on schedule, with its progress, its log and its result."
      actions={<RefreshAll />}
    >
      <Group gap="sm">
        <Select
          aria-label="State"
          placeholder="Any state"
          data={STATES}
          value={search.state ?? null}
          onChange={(state) =>
            set({ page: undefined, state: (state as Run['state']) ?? undefined })
          }
          clearable
          w={170}
        />
        {search.rule && (
          <Button variant="default" onClick={() => set({ page: undefined, rule: undefined })}>
            Only {search.rule}: show all
          </Button>
        )}
      </Group>
      <StateView
        query={found}
        isEmpty={(data) => data.total === 0}
        empty={
          <NoRuns
            filtered={Boolean(search.state || search.rule)}
            onClear={() => set({ state: undefined, rule: undefined })}
          />
        }
      >
        {(data) => (
          <>
            <DataTable
              label="Runs"
              columns={columns(data.items)}
              rows={data.items}
              rowKey={(run) => run.id}
              busy={found.isFetching}
            />
            <Pager
              page={data.page}
              pages={data.pages}
              total={data.total}
              noun={data.total === 1 ? 'run' : 'runs'}
              onPage={(page) => set({ page })}
            />
          </>
        )}
      </StateView>
    </Page>
  );
}

const columns = (runs: Run[]): Column<Run>[] => [
  {
    key: 'what',
    title: 'Run',
    cell: (run) => (
      <Box>
        <Text component={Link} to={`/runs/${run.id}`} fw={600}>
          {runTitle(run)}
        </Text>
        <Text size="sm" c="dimmed">
          {run.id} · {runOrigin(run)}
          {run.attempt > 1 && ` · attempt ${run.attempt} of ${run.max_attempts}`}
        </Text>
      </Box>
    ),
  },
  { key: 'state', title: 'State', width: 130, cell: (run) => <RunChip state={run.state} /> },
  { key: 'created', title: 'Queued', width: 140, cell: (run) => <Moment at={run.created_at} /> },
  {
    key: 'took',
    title: 'Duration',
    width: 220,
    cell: (run) => <Took run={run} runs={runs} />,
  },
  {
    key: 'result',
    title: 'Result',
    cell: (run) => (
      <Text size="sm" c={run.error ? undefined : 'dimmed'}>
        {run.error?.sentence ?? result(run)}
      </Text>
    ),
  },
  { key: 'actions', title: 'Actions', width: 110, cell: (run) => <RunActions run={run} /> },
];

const result = (run: Run): string => {
  const published = (run.figures as { rules?: { published?: number } } | null)?.rules?.published;
  if (run.state === 'published' && published !== undefined) return `${count(published)} published`;
  return run.progress?.what ?? '';
};

function Took({ run, runs }: { run: Run; runs: Run[] }) {
  if (run.state === 'running')
    return (
      <Progress.Root size="sm" w="100%" miw={90}>
        <Progress.Section
          value={(run.progress?.share ?? 0) * 100}
          aria-label={`Progress of run ${run.id}`}
        />
      </Progress.Root>
    );
  if (run.seconds === null) return <Text size="sm">–</Text>;
  return (
    <Group gap="xs" wrap="nowrap" flex={{ base: '0 0 auto', sm: 1 }}>
      <Text size="sm" className="mu-numbers" w={{ sm: 70 }}>
        {duration(run.seconds)}
      </Text>
      <Box flex={1} h={6} visibleFrom="sm" aria-hidden>
        <Box
          h={6}
          bg="var(--mu-faint)"
          style={{ borderRadius: 3, width: `${Math.max(2, barShare(run.seconds, runs) * 100)}%` }}
        />
      </Box>
    </Group>
  );
}

function RefreshAll() {
  const { can } = useWorkspace();
  const trigger = useTrigger();
  const navigate = useNavigate();
  if (!can('run')) return null;
  const start = async () => {
    const { run, made } = await trigger.mutateAsync({ all: true });
    toastDone(made ? `Run ${run.id} is queued.` : `Run ${run.id} was queued already.`, {
      link: { label: 'Watch it', go: () => void navigate({ to: `/runs/${run.id}` }) },
    });
  };
  return (
    <Button
      leftSection={<IconPlayerPlay size={16} aria-hidden />}
      loading={trigger.isPending}
      onClick={start}
    >
      Refresh all segments
    </Button>
  );
}

function NoRuns({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered)
    return (
      <EmptyNote
        title="No run fits"
        action={
          <Button variant="default" onClick={onClear}>
            Clear filters
          </Button>
        }
      />
    );
  return (
    <EmptyNote title="Nothing was refreshed yet">
      A run evaluates rules and publishes their segments. Start one here, or give a rule a schedule.
    </EmptyNote>
  );
}
