// What became of each rule of a run.
import { Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconHourglass,
  IconPlayerSkipForward,
} from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import { count, duration } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';

type Outcome = Schemas['RunRuleBody'];

const sign = { size: 12, stroke: 2.2, 'aria-hidden': true };
const WORDS: Record<Outcome['outcome'], React.ReactNode> = {
  pending: (
    <Chip tone="dim" icon={<IconHourglass {...sign} />}>
      Pending
    </Chip>
  ),
  published: (
    <Chip tone="good" icon={<IconCheck {...sign} />}>
      Published
    </Chip>
  ),
  failed: (
    <Chip tone="bad" icon={<IconAlertTriangle {...sign} />}>
      Failed
    </Chip>
  ),
  skipped: (
    <Chip tone="warn" icon={<IconPlayerSkipForward {...sign} />}>
      Skipped
    </Chip>
  ),
};

const COLUMNS: Column<Outcome>[] = [
  { key: 'rule', title: 'Rule', cell: ({ rule }) => <Text fw={600}>{rule}</Text> },
  { key: 'outcome', title: 'Outcome', width: 140, cell: ({ outcome }) => WORDS[outcome] },
  { key: 'size', title: 'Members', number: true, cell: ({ size }) => count(size) },
  {
    key: 'version',
    title: 'Version',
    number: true,
    cell: ({ segment_version }) => count(segment_version),
  },
  { key: 'seconds', title: 'Duration', number: true, cell: ({ seconds }) => duration(seconds) },
  {
    key: 'why',
    title: 'Why not',
    cell: ({ error }) => <Text size="sm">{error?.sentence ?? ''}</Text>,
  },
];

/** Failed ones first: they are what one looks for. */
const ORDER: Outcome['outcome'][] = ['failed', 'skipped', 'pending', 'published'];

export function Outcomes({ outcomes }: { outcomes: Outcome[] }) {
  const rows = [...outcomes].sort(
    (a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome) || a.rule.localeCompare(b.rule),
  );
  const columns = outcomes.some(({ error }) => error)
    ? COLUMNS
    : COLUMNS.filter(({ key }) => key !== 'why');
  return (
    <Stack gap="sm" component="section" aria-label="Rules of this run">
      <Title order={2}>Rules</Title>
      <DataTable
        label="Rules of this run"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.rule}
      />
    </Stack>
  );
}
