// Every pair as a heat table: how many they share, how alike they are, how much of one is in the
// other; a cell chooses its pair.
import { Group, SegmentedControl, Stack, Table, Text, Title, UnstyledButton } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { count, NOTHING, percent } from '@/lib/format';
import { Badge } from './Badge';
import classes from './Compare.module.css';
import type { Compared, Overlap } from './logic';

const MEASURES = [
  { value: 'people', label: 'People in both' },
  { value: 'alike', label: 'How alike' },
  { value: 'within', label: 'Share within' },
];
const SAID: Record<string, string> = {
  people: 'How many people are in both.',
  alike: 'People in both, as a share of those in either (Jaccard); 100 % is the same people.',
  within: 'The share of the row’s people who are in the column, too.',
};
const STRONGEST_PERCENT = 45;

type Props = {
  overlap: Overlap;
  compared: Compared[];
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

export function PairMatrix({ overlap, compared, chosen, onChoose }: Props) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const measure = String(search.measure ?? 'people');
  const known = SAID[measure] ? measure : 'people';
  const set = (next: string) =>
    navigate({
      to: '/compare',
      search: (before) => ({ ...before, measure: next === 'people' ? undefined : next }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Stack gap="sm" component="section" aria-labelledby="pairs">
      <Group justify="space-between">
        <Title order={2} id="pairs">
          Pairs
        </Title>
        <SegmentedControl
          aria-label="What the table of pairs shows"
          data={MEASURES}
          value={known}
          onChange={set}
          size="xs"
        />
      </Group>
      <Text size="sm" c="dimmed">
        {SAID[known]}
      </Text>
      <Table.ScrollContainer minWidth={0}>
        <Table
          aria-label={`Pairs: ${SAID[known]}`}
          className={classes.matrix}
          highlightOnHover={false}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Td />
              {compared.map((one) => (
                <Table.Th key={one.name} scope="col">
                  <Badge one={one} named />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {compared.map((one, row) => (
              <Table.Tr key={one.name}>
                <Table.Th scope="row">
                  <Group gap={6} wrap="nowrap">
                    <Badge one={one} />
                    <Text size="sm" visibleFrom="sm">
                      {one.title}
                    </Text>
                    <Text hiddenFrom="sm" className={classes.unseen}>
                      {one.title}
                    </Text>
                  </Group>
                </Table.Th>
                {compared.map((other, column) =>
                  row === column ? (
                    <Table.Td key={other.name} c="dimmed">
                      {known === 'people' ? count(one.size) : NOTHING}
                    </Table.Td>
                  ) : (
                    <Cell
                      key={other.name}
                      one={one}
                      other={other}
                      {...figure(overlap, known, row, column)}
                      chosen={chosen}
                      onChoose={onChoose}
                    />
                  ),
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

/** What a cell says, and how strongly it is coloured, 0 to 1. */
const figure = (overlap: Overlap, measure: string, row: number, column: number) => {
  if (measure === 'alike') {
    const alike = overlap.jaccard[row]?.[column] ?? 0;
    return { said: percent(alike), strength: alike };
  }
  const within = overlap.containment[row]?.[column] ?? 0;
  if (measure === 'within') return { said: percent(within), strength: within };
  const both = overlap.intersections[row]?.[column] ?? 0;
  const smaller = Math.min(
    overlap.segments[row]?.row_count ?? 0,
    overlap.segments[column]?.row_count ?? 0,
  );
  return { said: count(both), strength: smaller === 0 ? 0 : both / smaller };
};

type CellProps = {
  one: Compared;
  other: Compared;
  said: string;
  strength: number;
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

function Cell({ one, other, said, strength, chosen, onChoose }: CellProps) {
  const key = `pair:${[one.name, other.name].sort().join('+')}`;
  const here = chosen === key;
  const heat = Math.round(strength * STRONGEST_PERCENT);
  return (
    <Table.Td
      className={classes.heat}
      style={{ background: `color-mix(in srgb, var(--mu-series-1) ${heat}%, transparent)` }}
    >
      <UnstyledButton
        className={classes.pair}
        aria-pressed={here}
        aria-label={`${one.title} and ${other.title}: ${said}`}
        onClick={() => onChoose(here ? null : key)}
      >
        {said}
      </UnstyledButton>
    </Table.Td>
  );
}
