// How the size went: by published versions, or day by day computed from the data; and how many
// will have left if nothing new happens.
import {
  Card,
  Group,
  List,
  SegmentedControl,
  Select,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { count, shortDay } from '@/lib/format';
import { EmptyNote } from '@/ui/EmptyNote';
import { StateView } from '@/ui/StateView';
import { methodWords, type Segment, sizeSeries, sizesBy, versionSizes } from '../logic';
import { pastSizesQuery, segmentVersionsQuery } from '../queries';
import type { TabProps } from '../SegmentPage';
import classes from './overview.module.css';

const LineChart = lazy(() => import('@/ui/chart').then((m) => ({ default: m.LineChart })));
const HEIGHT = 300;
const AHEAD_DAYS = 14;
const USUAL_DAYS = 30;
const SPANS = [7, 30, 90].map((days) => ({ value: String(days), label: `${days} days back` }));

export function SizeHistory({ segment, search, onSearch }: TabProps) {
  const by = sizesBy(segment, search);
  const days = search.days ?? USUAL_DAYS;
  return (
    <Card component="section" aria-labelledby="segment-sizes">
      <Stack gap="md">
        <Group justify="space-between" gap="sm">
          <Title order={2} id="segment-sizes">
            Size over time
          </Title>
          <Group gap="sm">
            {by === 'days' && (
              <Select
                aria-label="How far back"
                data={SPANS}
                value={String(days)}
                onChange={(value) => onSearch({ days: Number(value) || undefined })}
                allowDeselect={false}
                w={160}
              />
            )}
            <SegmentedControl
              aria-label="Sizes by"
              value={by}
              onChange={(sizes) => onSearch({ sizes: sizes as typeof by })}
              data={[
                { value: 'versions', label: 'Versions' },
                { value: 'days', label: 'Day by day' },
              ]}
            />
          </Group>
        </Group>
        {by === 'versions' ? (
          <Versions segment={segment} />
        ) : (
          <Days segment={segment} days={days} />
        )}
      </Stack>
    </Card>
  );
}

type Sized = Parameters<typeof sizeSeries>[0];

function Sizes({ points, title }: { points: Sized; title: string }) {
  const series = useMemo(() => sizeSeries(points), [points]);
  return (
    <Suspense fallback={<Skeleton height={HEIGHT} aria-busy />}>
      <LineChart title={title} hideTitle series={series} xKind="time" height={HEIGHT} />
    </Suspense>
  );
}

function Versions({ segment }: { segment: Segment }) {
  const versions = useQuery(segmentVersionsQuery(segment.id));
  return (
    <StateView
      query={versions}
      skeleton={<Skeleton height={HEIGHT} />}
      isEmpty={({ items }) => items.length === 0}
      empty={
        <EmptyNote title="No version yet">Refresh the segment to publish the first.</EmptyNote>
      }
    >
      {({ items }) => <VersionSizes items={items} />}
    </StateView>
  );
}

function VersionSizes({ items }: { items: Parameters<typeof versionSizes>[0] }) {
  const points = useMemo(() => versionSizes(items), [items]);
  return <Sizes points={points} title="Members of the published versions" />;
}

function Days({ segment, days }: { segment: Segment; days: number }) {
  const past = useQuery(pastSizesQuery(segment.rule.id, days, AHEAD_DAYS));
  return (
    <StateView query={past} skeleton={<Skeleton height={HEIGHT} />}>
      {({ points, leaving, method, notes, seconds }) => (
        <Stack gap="md" aria-busy={past.isFetching}>
          <Sizes points={points} title="Members day by day" />
          <div>
            <Text size="sm">{methodWords(method, seconds)}</Text>
            {notes.length > 0 && (
              <List size="sm" c="dimmed" mt={4}>
                {notes.map((note) => (
                  <List.Item key={note}>{note}</List.Item>
                ))}
              </List>
            )}
          </div>
          {leaving.length > 0 && (
            <Stack gap="xs">
              <Title order={3}>Will have left by then, if nothing new happens</Title>
              <ol className={classes.leaving}>
                {leaving.map(({ by, members }) => (
                  <li key={by}>
                    <Text fw={700} className="mu-numbers">
                      {count(members)}
                    </Text>
                    <Text size="xs" c="dimmed">
                      by {shortDay(by)}
                    </Text>
                  </li>
                ))}
              </ol>
            </Stack>
          )}
        </Stack>
      )}
    </StateView>
  );
}
