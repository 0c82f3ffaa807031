// The published versions of a segment, and the difference between any two of them.
import { Badge, Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { count, duration, moment, percent, signed } from '@/lib/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { StateView } from '@/ui/StateView';
import { comparedVersions, type SegmentVersion, versionLabel } from '../logic';
import { segmentVersionsQuery } from '../queries';
import type { TabProps } from '../SegmentPage';
import { Difference } from './Difference';

export function PublishedVersions({ segment, search, onSearch }: TabProps) {
  const versions = useQuery(segmentVersionsQuery(segment.id));
  return (
    <Card component="section" aria-labelledby="segment-versions">
      <Stack gap="md">
        <Title order={2} id="segment-versions">
          Published versions
        </Title>
        <StateView
          query={versions}
          isEmpty={({ items }) => items.length === 0}
          empty={<EmptyNote title="No version yet">A refresh publishes the first.</EmptyNote>}
        >
          {({ items }) => {
            const pair = comparedVersions(items, search);
            return (
              <>
                {pair && (
                  <Pair
                    segmentId={segment.id}
                    items={items}
                    pair={pair}
                    onPair={(from, to) => onSearch({ from, to })}
                  />
                )}
                <DataTable
                  label="Published versions"
                  columns={COLUMNS}
                  rows={items}
                  rowKey={({ version }) => version}
                />
              </>
            );
          }}
        </StateView>
      </Stack>
    </Card>
  );
}

type PairProps = {
  segmentId: number;
  items: SegmentVersion[];
  pair: { from: number; to: number };
  onPair: (from: number, to: number) => void;
};

function Pair({ segmentId, items, pair: { from, to }, onPair }: PairProps) {
  const choices = items.map((one) => ({ value: String(one.version), label: versionLabel(one) }));
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <Select
          label="From"
          data={choices.filter(({ value }) => value !== String(to))}
          value={String(from)}
          onChange={(value) => value && onPair(Number(value), to)}
          allowDeselect={false}
          w={{ base: '100%', sm: 400 }}
        />
        <Select
          label="To"
          data={choices.filter(({ value }) => value !== String(from))}
          value={String(to)}
          onChange={(value) => value && onPair(from, Number(value))}
          allowDeselect={false}
          w={{ base: '100%', sm: 400 }}
        />
      </Group>
      <Difference segmentId={segmentId} from={from} to={to} />
    </Stack>
  );
}

const COLUMNS: Column<SegmentVersion>[] = [
  {
    key: 'version',
    title: 'Version',
    cell: ({ version, current }) => (
      <Group gap="xs">
        <Text span fw={600}>
          Version {version}
        </Text>
        {current && <Badge>Current</Badge>}
      </Group>
    ),
  },
  { key: 'as_of', title: 'As of', cell: ({ as_of }) => moment(as_of) },
  {
    key: 'members',
    title: 'Members',
    number: true,
    cell: ({ row_count, share }) => `${count(row_count)} (${percent(share)})`,
  },
  {
    key: 'moves',
    title: 'Change',
    number: true,
    cell: ({ version, entered, left }) => (version === 1 ? 'First' : signed(entered - left)),
  },
  { key: 'entered', title: 'Entered', number: true, cell: ({ entered }) => count(entered) },
  { key: 'left', title: 'Left', number: true, cell: ({ left }) => count(left) },
  { key: 'rule', title: 'Rule version', number: true, cell: (row) => row.rule_version },
  { key: 'took', title: 'Took', number: true, cell: ({ seconds }) => duration(seconds) },
];
