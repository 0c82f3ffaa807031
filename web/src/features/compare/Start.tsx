// Before there are two segments: how to begin, and the pairs that overlap most.
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCircles } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { segmentChoicesQuery } from '@/api/queries';
import { count, percent } from '@/lib/format';
import { EmptyNote } from '@/ui/EmptyNote';
import { StateView } from '@/ui/StateView';
import classes from './Compare.module.css';
import { distanceFor } from './circles';
import { type Overlap, type Pair, suggestions } from './logic';
import { pairsQuery } from './queries';

type Props = {
  chosen: string[];
  titles: ReadonlyMap<string, string>;
  onChoose: (names: string[]) => void;
};

export function Start({ chosen, titles, onChoose }: Props) {
  const known = useQuery(segmentChoicesQuery(''));
  const pairs = useQuery({ ...pairsQuery(known.data?.total ?? 0), enabled: known.isSuccess });
  const [one] = chosen;
  return (
    <Stack gap="lg">
      <EmptyNote
        icon={<IconCircles size={32} aria-hidden />}
        title={one ? 'Choose one more segment' : 'Choose two segments to begin'}
      >
        {one
          ? `${titles.get(one) ?? one} is chosen. Find another one above, or take a pair from below.`
          : 'Find them above by name, or take one of the pairs below. You then see who is in both, who is in one alone, and where their people differ from everyone.'}
      </EmptyNote>
      <StateView query={pairs}>
        {(found) => (
          <Pairs
            overlap={found}
            pairs={suggestions(found, chosen)}
            titles={titles}
            onChoose={onChoose}
          />
        )}
      </StateView>
    </Stack>
  );
}

type PairsProps = {
  overlap: Overlap;
  pairs: Pair[];
  titles: ReadonlyMap<string, string>;
  onChoose: (names: string[]) => void;
};

function Pairs({ overlap, pairs, titles, onChoose }: PairsProps) {
  if (pairs.length === 0)
    return <Text c="dimmed">No two refreshed segments share anybody yet.</Text>;
  const size = (name: string) =>
    overlap.segments.find((segment) => segment.name === name)?.row_count ?? 0;
  return (
    <Stack gap="sm" component="section" aria-labelledby="pairs">
      <Title order={2} id="pairs">
        Most alike{overlap.estimated && ' (estimated)'}
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {pairs.map(({ first, second, both, alike }) => {
          const [one, other] = [titles.get(first) ?? first, titles.get(second) ?? second];
          return (
            <Card key={`${first} ${second}`} padding="sm">
              <Group wrap="nowrap" gap="md">
                <TwoCircles one={size(first)} other={size(second)} both={both} />
                <Stack gap={6} miw={0} flex={1}>
                  <Text fw={600} size="sm">
                    {one} and {other}
                  </Text>
                  <Text size="sm" c="dimmed">
                    {count(both)} in both, {percent(alike, 0)} alike
                  </Text>
                  <Button
                    variant="default"
                    size="compact-sm"
                    w="fit-content"
                    aria-label={`Compare ${one} and ${other}`}
                    onClick={() => onChoose([first, second])}
                  >
                    Compare
                  </Button>
                </Stack>
              </Group>
            </Card>
          );
        })}
      </SimpleGrid>
    </Stack>
  );
}

function TwoCircles({ one, other, both }: { one: number; other: number; both: number }) {
  const [r, q] = [Math.sqrt(one / Math.PI), Math.sqrt(other / Math.PI)];
  const apart = distanceFor(r, q, both);
  const left = Math.min(-r, apart - q);
  const right = Math.max(r, apart + q);
  const tall = Math.max(r, q) * 2;
  const pad = tall * 0.03;
  return (
    <svg
      viewBox={`${left - pad} ${-tall / 2 - pad} ${right - left + 2 * pad} ${tall + 2 * pad}`}
      className={classes.thumb}
      aria-hidden
    >
      <circle cx={0} cy={0} r={r} className={classes.circle} data-colour={1} />
      <circle cx={apart} cy={0} r={q} className={classes.circle} data-colour={2} />
    </svg>
  );
}
