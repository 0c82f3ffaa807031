// The runs at work: what they do and how far they are; the last ones when there are none.
import { Box, Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, unwrap } from '@/api/client';
import type { Run } from '@/api/run-stream';
import { ago, list, plural } from '@/lib/format';
import { RunChip } from '@/ui/chips';
import { StateView } from '@/ui/StateView';
import panel from './BarPanel.module.css';

const LAST = 3;
const MOST_NAMED = 3;

const lastQuery = {
  queryKey: ['runs', 'last'],
  queryFn: () => unwrap(api.GET('/api/runs', { params: { query: { per_page: LAST } } })),
};

type Props = { runs: Run[]; close: () => void };

export function RunningPanel({ runs, close }: Props) {
  const last = useQuery({ ...lastQuery, enabled: runs.length === 0 });
  return (
    <>
      <Text size="xs" c="dimmed" px={10} py={6}>
        {runs.length > 0
          ? `${plural(runs.length, 'run')} at work`
          : 'Nothing is running. The last:'}
      </Text>
      {runs.length > 0 ? (
        runs.map((run) => <Line key={run.id} run={run} close={close} />)
      ) : (
        <StateView
          query={last}
          isEmpty={(data) => data.items.length === 0}
          empty={
            <Text size="sm" px={10} py={6}>
              No run yet.
            </Text>
          }
        >
          {(data) => data.items.map((run) => <Line key={run.id} run={run} close={close} />)}
        </StateView>
      )}
      <hr className={panel.line} />
      <Text size="sm" c="dimmed" px={10} py={4}>
        <Link to="/runs" onClick={close}>
          All runs
        </Link>
      </Text>
    </>
  );
}

/** "a and b", "28 rules", or what the run is without rules. */
const about = ({ rules, kind }: Pick<Run, 'rules' | 'kind'>): string => {
  if (rules.length === 0) return kind === 'retention' ? 'Clearing up' : 'All rules';
  return rules.length <= MOST_NAMED ? list(rules) : plural(rules.length, 'rule');
};

function Line({ run, close }: { run: Run; close: () => void }) {
  const share = run.progress?.share ?? null;
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: String(run.id) }}
      className={panel.row}
      onClick={close}
    >
      <Box flex={1} miw={0}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text span size="sm" fw={600} truncate>
            {about(run)}
          </Text>
          <RunChip state={run.state} />
        </Group>
        {run.state === 'running' && (
          <Progress
            mt={6}
            size="sm"
            value={(share ?? 1) * 100}
            striped={share === null}
            animated={share === null}
            aria-label={`Progress of run ${run.id}`}
          />
        )}
        <Text size="xs" c="dimmed" mt={4}>
          {run.finished_at ? ago(run.finished_at) : (run.progress?.what ?? 'waiting for its turn')}
          {run.requested_by && ` · ${run.requested_by}`}
        </Text>
      </Box>
    </Link>
  );
}
