// The run that refreshes this segment: how far it is, the way out of it, and why it failed.
import { Anchor, Button, Group, Paper, Progress, Text } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { isOver } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { RunChip } from '@/ui/chips';
import { toastError } from '@/ui/toast';
import { cancelRun, retryRun } from './queries';

type Run = Schemas['RunBody'];

export function RunStrip({ run }: { run: Run | null }) {
  if (run === null || run.state === 'published') return null;
  const share = run.progress?.share ?? null;
  return (
    <Paper withBorder p="sm" bg="var(--mu-surface)" role="status" aria-label="Refresh">
      <Group gap="sm" justify="space-between">
        <Group gap="sm">
          <RunChip state={run.state} />
          <Text size="sm">{run.error?.sentence ?? run.progress?.what ?? waiting(run)}</Text>
        </Group>
        <Group gap="sm">
          <Anchor component={Link} to={`/runs/${run.id}`} size="sm" underline="always">
            Run {run.id}
          </Anchor>
          <RunAction run={run} />
        </Group>
      </Group>
      {!isOver(run) && (
        <Progress.Root size="sm" mt="sm">
          <Progress.Section
            value={(share ?? 0) * 100}
            animated={share === null}
            aria-label="Progress of the refresh"
          />
        </Progress.Root>
      )}
    </Paper>
  );
}

const waiting = (run: Run): string =>
  run.state === 'queued' ? 'Waits for its turn.' : run.state === 'running' ? 'At work.' : '';

/** Cancel what is at work; retry what failed or was cancelled. */
export function RunAction({ run }: { run: Run }) {
  const { can } = useWorkspace();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => (isOver(run) ? retryRun(run.id) : cancelRun(run.id)),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['runs'] }),
        queries.invalidateQueries({ queryKey: ['run'] }),
      ]),
    onError: toastError,
  });
  if (!can('run') || run.state === 'published') return null;
  const over = isOver(run);
  return (
    <Button
      variant="default"
      size="xs"
      onClick={() => act.mutate()}
      loading={act.isPending || (!over && run.cancel_requested_at !== null)}
      leftSection={
        over ? <IconRefresh size={14} aria-hidden /> : <IconPlayerStop size={14} aria-hidden />
      }
      aria-label={`${over ? 'Retry' : 'Cancel'} run ${run.id}`}
    >
      {over ? 'Retry' : 'Cancel'}
    </Button>
  );
}
