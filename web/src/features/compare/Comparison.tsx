// The compared segments: drawing and table of their regions, what is chosen, pairs, differences.
import { Card, Grid, Stack, Title } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ChosenPanel } from './ChosenPanel';
import { Differences } from './Differences';
import { Legend } from './Legend';
import { choicesOf, comparedOf, type Overlap, regionsOf, shortcuts } from './logic';
import { PairMatrix } from './PairMatrix';
import { RegionTable } from './RegionTable';
import { UpSet } from './UpSet';
import { Venn } from './Venn';

const MOST_CIRCLES = 3;

type Props = { overlap: Overlap; titles: ReadonlyMap<string, string> };

export function Comparison({ overlap, titles }: Props) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const compared = useMemo(() => comparedOf(overlap, titles), [overlap, titles]);
  const regions = useMemo(() => regionsOf(overlap), [overlap]);
  const choices = useMemo(
    () => choicesOf(overlap, compared, regions),
    [overlap, compared, regions],
  );
  const chosen = choices.get(String(search.chosen ?? '')) ?? null;
  const choose = (key: string | null) =>
    navigate({
      to: '/compare',
      search: (before) => ({ ...before, chosen: key ?? undefined }),
      replace: true,
      resetScroll: false,
    });
  const shared = { compared, regions, chosen: chosen?.key ?? null, onChoose: choose };
  const circles = compared.length <= MOST_CIRCLES;
  return (
    <>
      <Stack gap="md" component="section" aria-labelledby="overlap">
        <Title order={2} id="overlap">
          Overlap
        </Title>
        <Legend compared={compared} />
        <Grid gap="lg" align="flex-start">
          <Grid.Col span={{ base: 12, md: circles ? 6 : 8 }}>
            <Card>{circles ? <Venn {...shared} overlap={overlap} /> : <UpSet {...shared} />}</Card>
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: circles ? 6 : 4 }}>
            <Stack>
              <ChosenPanel
                choice={chosen}
                shortcuts={shortcuts(compared, regions)}
                onChoose={choose}
              />
              {circles && <RegionTable {...shared} />}
            </Stack>
          </Grid.Col>
        </Grid>
        {!circles && <RegionTable {...shared} />}
      </Stack>
      <PairMatrix overlap={overlap} compared={compared} chosen={shared.chosen} onChoose={choose} />
      <Differences compared={compared} />
    </>
  );
}
