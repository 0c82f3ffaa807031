// Who the members are, against everyone: the most telling differences, then attribute by attribute.
import { Card, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { count, list, percent } from '@/lib/format';
import { Breakdown } from '@/ui/Breakdown';
import { BreakdownLegend } from '@/ui/BreakdownLegend';
import { StateView } from '@/ui/StateView';
import { type Segment, timesWords } from '../logic';
import { profileQuery } from '../queries';
import classes from './overview.module.css';

const MOST_DIFFERENCES = 6;

export function Profile({ segment }: { segment: Segment }) {
  const profile = useQuery(profileQuery(segment.id));
  return (
    <Card component="section" aria-labelledby="segment-profile">
      <Stack gap="md">
        <div>
          <Title order={2} id="segment-profile">
            Who they are
          </Title>
          <Text size="sm" c="dimmed">
            {count(segment.row_count)} members against all {count(segment.universe_count)} whom the
            rule asks about.
          </Text>
        </div>
        <StateView query={profile} skeleton={<ProfileSkeleton />}>
          {({ attributes, differences, hidden }) => (
            <Stack gap="lg">
              {differences.length > 0 && (
                <Stack gap="xs">
                  <Title order={3}>Biggest differences</Title>
                  <ol className={classes.differences}>
                    {differences.slice(0, MOST_DIFFERENCES).map((one) => (
                      <li
                        key={`${one.attribute} ${one.part}`}
                        data-less={one.index < 100 || undefined}
                      >
                        <Text fw={600}>
                          {one.label}: {one.part}
                        </Text>
                        <Text size="sm">{timesWords(one.index)}</Text>
                        <Text size="xs" c="dimmed" className="mu-numbers">
                          {percent(one.share)} of members, {percent(one.share_of_everyone)} of
                          everyone
                        </Text>
                      </li>
                    ))}
                  </ol>
                </Stack>
              )}
              <BreakdownLegend />
              <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="xl" verticalSpacing="xl">
                {attributes.map((attribute) => (
                  <Breakdown key={attribute.name} attribute={attribute} segments={['Members']} />
                ))}
              </SimpleGrid>
              {hidden.length > 0 && (
                <Text size="sm" c="dimmed">
                  Personal, and left out: {list(hidden)}.
                </Text>
              )}
            </Stack>
          )}
        </StateView>
      </Stack>
    </Card>
  );
}

const PLACES = ['a', 'b', 'c', 'd'];

function ProfileSkeleton() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="lg">
      {PLACES.map((place) => (
        <Skeleton key={place} height={180} />
      ))}
    </SimpleGrid>
  );
}
