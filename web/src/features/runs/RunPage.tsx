// One run: its state as it changes, what became of each rule, where the time went, its log.
import { Anchor, Card, Group, Progress, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { isOver, useLiveRuns } from '@/api/run-stream';
import { duration, moment } from '@/lib/format';
import { RunChip } from '@/ui/chips';
import { ErrorNote } from '@/ui/ErrorNote';
import { Page } from '@/ui/Page';
import { Stat } from '@/ui/Stat';
import { StateView } from '@/ui/StateView';
import { runOrigin, runTitle, stagesOf, waitedSeconds } from './logic';
import { Outcomes } from './Outcomes';
import { type RunDetail, runQuery } from './queries';
import { RunActions } from './RunActions';
import { RunLog } from './RunLog';
import { Stages } from './Stages';

export function RunPage() {
  const { runId } = useParams({ strict: false });
  const id = Number(runId);
  const found = useQuery(runQuery(id));
  useLiveRuns();
  return (
    <StateView query={found} heading="Run">
      {(run) => <Shown run={run} />}
    </StateView>
  );
}

function Shown({ run }: { run: RunDetail }) {
  const navigate = useNavigate();
  const stages = stagesOf(run.figures);
  return (
    <Page
      title={runTitle(run)}
      above={
        <Anchor component={Link} to="/runs" size="sm" c="dimmed">
          Runs
        </Anchor>
      }
      beside={<RunChip state={run.state} />}
      description={`Run ${run.id}, ${runOrigin(run)}, as of ${moment(run.as_of)}`}
      actions={
        <RunActions
          run={run}
          size="sm"
          // a retry is another run, and what one wants to watch next
          onRetried={(id) => void navigate({ to: `/runs/${id}` })}
        />
      }
    >
      <Working run={run} />
      {run.error && (
        <ErrorNote
          sentence={run.error.sentence}
          code={run.error.code}
          hint={
            run.dead_letter
              ? 'All attempts are used up. Mend the cause, then retry.'
              : 'Mend the cause, then retry.'
          }
        />
      )}
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Stat label="Waited" value={duration(waitedSeconds(run))} />
        <Stat label="Took" value={duration(run.seconds)} />
        <Stat label="Attempt" value={`${run.attempt} of ${run.max_attempts}`} />
        <Stat label="Rules" value={String(run.outcomes.length || run.rules.length)} />
      </SimpleGrid>
      {run.outcomes.length > 0 && <Outcomes outcomes={run.outcomes} />}
      {stages.length > 0 && <Stages stages={stages} />}
      <RunLog run={run} />
    </Page>
  );
}

function Working({ run }: { run: RunDetail }) {
  if (isOver(run)) return null;
  const share = run.progress?.share ?? 0;
  const words = run.waiting?.sentence ?? run.progress?.what ?? 'Starting';
  return (
    <Card role="status">
      <Stack gap="xs">
        <Group justify="space-between">
          <Title order={2}>{run.state === 'queued' ? 'Waiting' : 'At work'}</Title>
          <Text className="mu-numbers">{Math.round(share * 100)} %</Text>
        </Group>
        <Progress value={share * 100} aria-label="Progress" />
        <Text size="sm" c="dimmed">
          {words}
        </Text>
      </Stack>
    </Card>
  );
}
