// What comes after a save: refresh the segment now, watch it, and see who entered.
import { Button, Card, Group, Progress, Stack, Text } from '@mantine/core';
import { IconCheck, IconRefresh, IconUserCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { refreshRules } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { count, duration, plural } from '@/lib/format';
import { RunChip } from '@/ui/chips';
import { runQuery, segmentOfRuleQuery } from '../queries';
import type { Edited } from './useSaving';

type Props = {
  edited: Edited;
  /** `saved`: nothing runs yet. */
  what: 'saved' | 'draft' | 'approval' | number;
  onRefresh: () => void;
  refreshing: boolean;
};

export function AfterSave({ edited, what, onRefresh, refreshing }: Props) {
  const canRun = useWorkspace().can('run');
  const segment = useQuery(segmentOfRuleQuery(edited.id, edited.name));
  const link = segment.data && <SegmentLink id={segment.data.id}>Open the segment</SegmentLink>;
  if (typeof what === 'number') return <Watched run={what} edited={edited} />;
  if (what === 'approval')
    return (
      <Frame icon={<IconUserCheck size={20} color="var(--mu-warn)" aria-hidden />}>
        <Text>
          Version {edited.version} waits for somebody else’s approval. Until then the segment stays
          as it is.
        </Text>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link to="/settings/$tab" params={{ tab: 'approvals' }} {...props} />
          )}
        >
          See what waits
        </Button>
      </Frame>
    );
  if (what === 'draft')
    return (
      <Frame icon={<IconCheck size={20} color="var(--mu-good)" aria-hidden />}>
        <Text>Saved as a draft. What is evaluated has not changed; saving publishes it.</Text>
      </Frame>
    );
  return (
    <Frame icon={<IconCheck size={20} color="var(--mu-good)" aria-hidden />}>
      <Text>Saved as version {edited.version}. A refresh brings its members into the segment.</Text>
      {canRun && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={16} aria-hidden />}
          onClick={onRefresh}
          loading={refreshing}
        >
          Refresh now
        </Button>
      )}
      {link}
    </Frame>
  );
}

function Frame({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Card padding="sm" role="status">
      <Group gap="sm">
        {icon}
        {children}
      </Group>
    </Card>
  );
}

function SegmentLink({ id, tab, children }: { id: number; tab?: string; children: ReactNode }) {
  return (
    <Button
      size="xs"
      variant="default"
      renderRoot={(props) => (
        <Link
          to="/segments/$segmentId"
          params={{ segmentId: String(id) }}
          search={tab ? { tab } : {}}
          {...props}
        />
      )}
    >
      {children}
    </Button>
  );
}

const FINAL = ['published', 'failed', 'cancelled'];

/** A run until its end, and what it brought. */
function Watched({ run: id, edited }: { run: number; edited: Edited }) {
  const queries = useQueryClient();
  const run = useQuery(runQuery(id));
  const ended = run.data && FINAL.includes(run.data.state);
  const segment = useQuery({
    ...segmentOfRuleQuery(edited.id, edited.name),
    enabled: ended === true,
  });
  useEffect(() => {
    if (ended) void refreshRules(queries);
  }, [ended, queries]);
  if (!run.data) return null;
  const { state, progress, error, waiting, seconds } = run.data;
  const toRun = (
    <Button
      size="xs"
      variant="default"
      renderRoot={(props) => <Link to="/runs/$runId" params={{ runId: String(id) }} {...props} />}
    >
      Open the run
    </Button>
  );
  if (!ended)
    return (
      <Card padding="sm">
        <Stack gap="xs">
          <Group gap="sm">
            <RunChip state={state} />
            <Text size="sm" role="status">
              {progress?.what ?? waiting?.sentence ?? 'The refresh has begun.'}
            </Text>
            {toRun}
          </Group>
          <Progress
            value={(progress?.share ?? (state === 'running' ? 0.05 : 0)) * 100}
            aria-label="Progress of the refresh"
            color="red"
          />
        </Stack>
      </Card>
    );
  return (
    <Card padding="sm" role="status">
      <Group gap="sm">
        <RunChip state={state} />
        {state === 'published' && segment.data ? (
          <>
            <Text size="sm">
              {plural(segment.data.row_count ?? 0, 'member')}: {count(segment.data.entered ?? 0)}{' '}
              entered, {count(segment.data.left ?? 0)} left, in {duration(seconds)}.
            </Text>
            <SegmentLink id={segment.data.id} tab="history">
              See who entered
            </SegmentLink>
            <SegmentLink id={segment.data.id}>Open the segment</SegmentLink>
          </>
        ) : (
          <>
            {error && <Text size="sm">{error.sentence}</Text>}
            {toRun}
          </>
        )}
      </Group>
    </Card>
  );
}
