// Every region as a row: who is in it, how many, and what share of all compared.
import { Button, Group, Text } from '@mantine/core';
import { count, percent } from '@/lib/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { Badge } from './Badge';
import { type Compared, choiceOfRegion, type Region, totalOf } from './logic';

type Props = {
  compared: Compared[];
  regions: Region[];
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

export function RegionTable({ compared, regions, chosen, onChoose }: Props) {
  const total = totalOf(regions);
  const columns: Column<Region>[] = [
    {
      key: 'who',
      title: 'In exactly',
      cell: (region) => (
        <Group gap={6}>
          {compared
            .filter((one) => region.inside.includes(one.name))
            .map((one) => (
              <Group key={one.name} gap={4} wrap="nowrap">
                <Badge one={one} />
                <Text size="sm">{one.title}</Text>
              </Group>
            ))}
        </Group>
      ),
    },
    { key: 'size', title: 'People', number: true, cell: (region) => count(region.size) },
    {
      key: 'share',
      title: 'Share of all',
      number: true,
      cell: (region) => percent(total === 0 ? 0 : region.size / total),
    },
    {
      key: 'choose',
      title: 'Choose',
      cell: (region) => {
        const { title } = choiceOfRegion(compared, region);
        const here = chosen === region.key;
        return (
          <Button
            variant={here ? 'light' : 'subtle'}
            color="gray"
            size="compact-sm"
            aria-pressed={here}
            aria-label={`Choose: ${title}`}
            onClick={() => onChoose(here ? null : region.key)}
          >
            {here ? 'Chosen' : 'Choose'}
          </Button>
        );
      },
    },
  ];
  return (
    <DataTable
      label="Regions of the compared segments"
      columns={columns}
      rows={regions}
      rowKey={(region) => region.key}
    />
  );
}
