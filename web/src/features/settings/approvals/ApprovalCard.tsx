// One request: who asks for what, how the sizes would move, and the answer.
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconBan, IconCheck, IconClock, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { useWorkspace, whoQuery } from '@/api/session';
import { count, percent, signed } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { type Answer, AnswerDialog } from './AnswerDialog';

export type Approval = Schemas['ApprovalBody'];
type Effect = Approval['effects'][number];

const size = { size: 12, 'aria-hidden': true } as const;
const STATES = {
  pending: { tone: 'warn', label: 'Waiting', icon: <IconClock {...size} /> },
  approved: { tone: 'good', label: 'Approved', icon: <IconCheck {...size} /> },
  rejected: { tone: 'bad', label: 'Rejected', icon: <IconX {...size} /> },
  withdrawn: { tone: 'dim', label: 'Withdrawn', icon: <IconBan {...size} /> },
} as const;

const CHANGES: Record<string, string> = {
  changed: 'edited',
  child: 'made of it',
};

const COLUMNS: Column<Effect>[] = [
  { key: 'name', title: 'Segment', cell: (one) => one.name },
  {
    key: 'change',
    title: 'Change',
    cell: (one) => CHANGES[one.change] ?? one.change,
    wideOnly: true,
  },
  { key: 'before', title: 'Now', number: true, cell: (one) => count(one.size_before) },
  { key: 'after', title: 'Then', number: true, cell: (one) => count(one.size_after) },
  { key: 'entered', title: 'Enter', number: true, cell: (one) => signed(one.entered) },
  { key: 'left', title: 'Leave', number: true, cell: (one) => signed(-one.left) },
];

export function ApprovalCard({ approval }: { approval: Approval }) {
  const { tone, label, icon } = STATES[approval.state];
  const { rule, version, requested_by, requested_at, reason, moved_share, effects } = approval;
  return (
    <Paper withBorder p="md" bg="var(--mu-surface)" component="article" aria-label={rule.rule_name}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={3}>
              <Link to="/rules/edit/$ruleId" params={{ ruleId: String(rule.id) }}>
                {rule.rule_name}
              </Link>
            </Title>
            <Text size="sm" c="dimmed" component="div">
              Version {version}, asked for by {requested_by} <Moment at={requested_at} />
              {moved_share !== null && `; moves ${percent(moved_share)} of a segment's members`}
            </Text>
          </div>
          <Chip tone={tone} icon={icon}>
            {label}
          </Chip>
        </Group>
        {reason && <Text>{reason}</Text>}
        {effects.length > 0 && (
          <DataTable
            label={`What version ${version} of ${rule.rule_name} would change`}
            rows={effects}
            rowKey={(one) => one.name}
            columns={COLUMNS}
          />
        )}
        {approval.state === 'pending' ? (
          <Answers approval={approval} />
        ) : (
          <Decided approval={approval} />
        )}
      </Stack>
    </Paper>
  );
}

function Decided({ approval: { state, decided_by, decided_at, comment } }: { approval: Approval }) {
  return (
    <Text size="sm" c="dimmed" component="div">
      {STATES[state].label} by {decided_by} <Moment at={decided_at} />
      {comment && `: ${comment}`}
    </Text>
  );
}

function Answers({ approval }: { approval: Approval }) {
  const { can } = useWorkspace();
  const who = useQuery(whoQuery).data;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const mine = [who?.email, who?.name].includes(approval.requested_by);
  return (
    <Group gap="xs">
      {can('operate') && (
        <>
          <Button
            size="xs"
            variant="default"
            disabled={mine}
            title={mine ? 'Somebody else has to decide on what you asked for.' : undefined}
            leftSection={<IconCheck size={16} aria-hidden />}
            onClick={() => setAnswer('approve')}
          >
            Approve
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconX size={16} aria-hidden />}
            disabled={mine}
            onClick={() => setAnswer('reject')}
          >
            Reject
          </Button>
        </>
      )}
      {can('edit') && mine && (
        <Button size="xs" variant="default" onClick={() => setAnswer('withdraw')}>
          Withdraw
        </Button>
      )}
      {!can('operate') && !mine && (
        <Text size="sm" c="dimmed">
          An operator or an admin decides.
        </Text>
      )}
      {mine && can('operate') && (
        <Text size="sm" c="dimmed">
          You asked for it, so somebody else decides.
        </Text>
      )}
      <AnswerDialog approval={approval} answer={answer} onClose={() => setAnswer(null)} />
    </Group>
  );
}
