// Segments as rows: what each says, how large it is, how that went, and whether it is fresh.
import { Anchor, Box, Group, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { cronWords } from '@/lib/cron';
import { count } from '@/lib/format';
import { Change } from '@/ui/Change';
import { FreshChip, RuleChip, Tags } from '@/ui/chips';
import { type Column, DataTable } from '@/ui/DataTable';
import { Moment } from '@/ui/Moment';
import { ShareBar } from '@/ui/ShareBar';
import { Sparkline } from '@/ui/Sparkline';
import { type Order, type SegmentRow, type SegmentSearch, sortingOf, telling } from './logic';

export type ListProps = {
  rows: SegmentRow[];
  search: SegmentSearch;
  onSort: (order: Order) => void;
  selected: ReadonlySet<string | number>;
  onSelect: (selected: Set<string | number>) => void;
  busy: boolean;
};

export function SegmentTable({ rows, search, onSort, selected, onSelect, busy }: ListProps) {
  return (
    <DataTable
      label="Segments"
      columns={COLUMNS}
      rows={rows}
      rowKey={(row) => row.id}
      rowName={(row) => row.title}
      sorting={sortingOf(search)}
      onSort={({ by }) => onSort(by as Order)}
      selected={selected}
      onSelect={onSelect}
      busy={busy}
    />
  );
}

const COLUMNS: Column<SegmentRow>[] = [
  { key: 'name', title: 'Segment', sort: 'name', cell: (row) => <Name row={row} /> },
  {
    key: 'members',
    title: 'Members',
    sort: 'size',
    number: true,
    width: 110,
    cell: (row) => <b>{count(row.row_count)}</b>,
  },
  {
    key: 'share',
    title: 'Share',
    width: 140,
    cell: (row) => (
      <ShareBar share={row.share} label={`Share of everyone in ${row.title}`} width={56} />
    ),
  },
  {
    key: 'sizes',
    title: 'Change',
    width: 175,
    cell: (row) => (
      <Stack gap={4} align="flex-start">
        {row.sizes.length > 1 && <Sparkline values={row.sizes} label="Members" height={22} />}
        <Change entered={row.entered} left={row.left} versions={row.sizes.length} stacked />
      </Stack>
    ),
  },
  {
    key: 'fresh',
    title: 'State',
    width: 110,
    cell: (row) => (
      <Stack gap={4} align="flex-start">
        <FreshChip stale={row.stale} refreshed={row.version !== null} />
        {row.status !== 'published' && <RuleChip status={row.status} />}
      </Stack>
    ),
  },
  {
    key: 'schedule',
    title: 'Schedule',
    width: 130,
    cell: (row) => <Text size="sm">{cronWords(row.schedule)}</Text>,
  },
  {
    key: 'refreshed',
    title: 'Refreshed',
    sort: 'refreshed',
    width: 125,
    cell: (row) => (
      <Stack gap={0} align="flex-start">
        <Moment at={row.last_refreshed_at} />
        <Text size="xs" c="dimmed">
          by {row.owner}
        </Text>
      </Stack>
    ),
  },
];

function Name({ row }: { row: SegmentRow }) {
  return (
    <Box miw={0}>
      <Anchor
        component={Link}
        to={`/segments/${row.id}`}
        fw={600}
        c="var(--mu-text)"
        underline="hover"
      >
        {row.title}
      </Anchor>
      <Text size="sm" c="dimmed" lineClamp={1} title={row.sentence}>
        {telling(row.sentence)}
      </Text>
      {row.tags.length > 0 && (
        <Box mt={6}>
          <Tags tags={row.tags} />
        </Box>
      )}
    </Box>
  );
}

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function TableSkeleton() {
  return (
    <Stack gap="xs">
      {SKELETON_ROWS.map((row) => (
        <Group key={row} wrap="nowrap" h={72}>
          <Skeleton height={40} flex={1} />
          <Skeleton height={24} width={90} visibleFrom="sm" />
          <Skeleton height={24} width={150} visibleFrom="sm" />
          <Skeleton height={24} width={110} />
        </Group>
      ))}
    </Stack>
  );
}
