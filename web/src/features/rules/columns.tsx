// The columns of the list of rules.
import { Anchor, Box, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Run } from '@/api/run-stream';
import { cronWords } from '@/lib/cron';
import { count } from '@/lib/format';
import { Chip, RuleChip, RunChip, Tags } from '@/ui/chips';
import type { Column } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import type { Rule } from './logic';
import { RuleActions } from './RuleActions';

/** The run of a rule that waits or works now, if there is one. */
const runOf = (rule: Rule, running: Run[]): Run | undefined =>
  running.find((run) => run.rules.includes(rule.name));

export const columns = (running: Run[]): Column<Rule>[] => [
  {
    key: 'title',
    title: 'Rule',
    sort: 'title',
    cell: (rule) => (
      <Box maw="34rem">
        <Anchor component={Link} to={`/rules/edit/${rule.id}`} fw={600} c="var(--mu-text)">
          {rule.title}
        </Anchor>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {rule.description}
        </Text>
      </Box>
    ),
  },
  {
    key: 'status',
    title: 'Status',
    width: 150,
    cell: (rule) => (
      <Group gap={4}>
        <RuleChip status={rule.status} />
        {rule.has_draft && rule.status === 'published' && (
          <Chip tone="info">Draft of v{rule.version}</Chip>
        )}
      </Group>
    ),
  },
  { key: 'tags', title: 'Tags', cell: (rule) => <Tags tags={rule.tags} /> },
  {
    key: 'size',
    title: 'Members',
    number: true,
    cell: (rule) => <Members rule={rule} />,
  },
  {
    key: 'schedule',
    title: 'Schedule',
    cell: (rule) => (
      <Text size="sm" c={rule.schedule ? undefined : 'dimmed'}>
        {cronWords(rule.schedule)}
      </Text>
    ),
  },
  {
    key: 'run',
    title: 'Last run',
    cell: (rule) => <LastRun rule={rule} run={runOf(rule, running)} />,
  },
  {
    key: 'updated',
    title: 'Changed',
    sort: 'updated',
    wideOnly: true,
    cell: (rule) => <Moment at={rule.updated_at} />,
  },
  {
    key: 'actions',
    title: 'Actions',
    width: 130,
    cell: (rule) => <RuleActions rule={rule} busy={runOf(rule, running) !== undefined} />,
  },
];

function Members({ rule }: { rule: Rule }) {
  if (rule.size === null) return <>–</>;
  return (
    <Anchor
      component={Link}
      to={`/segments/${rule.segment_id}`}
      c="var(--mu-text)"
      underline="always"
    >
      {count(rule.size)}
    </Anchor>
  );
}

function LastRun({ rule, run }: { rule: Rule; run: Run | undefined }) {
  const last = run ?? rule.last_run;
  if (!last) return <Moment at={null} />;
  return (
    <Stack gap={2} align="flex-start">
      <Anchor
        component={Link}
        to={`/runs/${last.id}`}
        underline="never"
        aria-label={`Run ${last.id}: ${last.state}`}
      >
        <RunChip state={last.state} />
      </Anchor>
      <Moment at={last.finished_at ?? last.created_at} />
    </Stack>
  );
}
