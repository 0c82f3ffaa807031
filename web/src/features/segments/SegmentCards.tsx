// Segments as posters, each of which can be chosen.
import { Checkbox, SimpleGrid, Skeleton } from '@mantine/core';
import { Poster } from '@/ui/Poster';
import type { ListProps } from './SegmentTable';

const COLUMNS = { base: 1, xs: 2, md: 3, lg: 4 };

export function SegmentCards({ rows, selected, onSelect, busy }: ListProps) {
  const toggle = (id: number) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <SimpleGrid cols={COLUMNS} spacing="md" aria-busy={busy}>
      {rows.map((row) => (
        <Poster
          key={row.id}
          heading="h2"
          poster={{ ...row, segment_id: row.id }}
          over={
            <Checkbox
              aria-label={`Choose ${row.title}`}
              checked={selected.has(row.id)}
              onChange={() => toggle(row.id)}
            />
          }
        />
      ))}
    </SimpleGrid>
  );
}

const SKELETON_CARDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export function CardsSkeleton() {
  return (
    <SimpleGrid cols={COLUMNS} spacing="md">
      {SKELETON_CARDS.map((card) => (
        <Skeleton key={card} height={276} />
      ))}
    </SimpleGrid>
  );
}
