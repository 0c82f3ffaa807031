// One segment: its size large, how it changed, whether it is fresh; the rest in tabs.
import { Anchor, Badge, Group, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useLiveRuns } from '@/api/run-stream';
import { count, percent } from '@/lib/format';
import { Change } from '@/ui/Change';
import { FreshChip, RuleChip, Tags } from '@/ui/chips';
import { Page } from '@/ui/Page';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { Actions } from './Actions';
import { type DetailSearch, FORGET, readSearch, type Segment, TABS, type Tab } from './logic';
import { Overview } from './overview/Overview';
import { segmentQuery } from './queries';
import { RunStrip } from './RunStrip';
import { useRefresh } from './useRefresh';

const Members = lazy(() => import('./members/Members').then((m) => ({ default: m.Members })));
const Lineage = lazy(() => import('./Lineage').then((m) => ({ default: m.Lineage })));
const History = lazy(() => import('./history/History').then((m) => ({ default: m.History })));
const Runs = lazy(() => import('./Runs').then((m) => ({ default: m.Runs })));

/** What each tab is given. */
export type TabProps = {
  segment: Segment;
  search: DetailSearch;
  onSearch: (change: DetailSearch) => void;
};

const CONTENT: Record<Tab, (props: TabProps) => React.ReactNode> = {
  overview: (props) => <Overview {...props} />,
  members: (props) => <Members {...props} />,
  lineage: (props) => <Lineage {...props} />,
  history: (props) => <History {...props} />,
  runs: (props) => <Runs {...props} />,
};

export function SegmentPage() {
  const { segmentId } = useParams({ strict: false }) as { segmentId: string };
  const segment = useQuery(segmentQuery(Number(segmentId)));
  return (
    <StateView query={segment} heading="Segment" skeleton={<PageSkeleton />}>
      {(found) => <Detail key={found.id} segment={found} />}
    </StateView>
  );
}

function PageSkeleton() {
  return (
    <Stack gap="lg">
      <Skeleton height={34} width="min(28rem, 80%)" />
      <Skeleton height={48} width={180} />
      <Skeleton height={36} />
      <Skeleton height={300} />
    </Stack>
  );
}

function Detail({ segment }: { segment: Segment }) {
  const search = readSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const refresh = useRefresh(segment);
  useLiveRuns();
  const onSearch = (change: DetailSearch) =>
    navigate({ to: '.', search: { ...search, ...change }, replace: true, resetScroll: false });
  const tab = search.tab ?? 'overview';
  const show = (next: string | null) =>
    navigate({
      to: '.',
      search: { ...FORGET, tab: next === 'overview' ? undefined : (next as Tab) },
      resetScroll: false,
    });
  return (
    <Page
      title={segment.title}
      above={
        <Anchor component={Link} to="/segments" size="sm" c="dimmed">
          Segments
        </Anchor>
      }
      beside={
        <Group gap="xs">
          <FreshChip stale={segment.stale} refreshed={segment.version !== null} />
          {segment.status !== 'published' && <RuleChip status={segment.status} />}
          {segment.synthetic && <Badge>Synthetic data</Badge>}
        </Group>
      }
      description={segment.description || undefined}
      actions={<Actions segment={segment} refresh={refresh} />}
    >
      <Group gap="xl" align="flex-end">
        <div>
          <Text fz={44} fw={800} lh={1} className="mu-numbers" data-testid="segment-size">
            {count(segment.row_count)}
          </Text>
          <Text c="dimmed" mt={4}>
            {segment.row_count === null
              ? 'not refreshed yet'
              : `members, ${percent(segment.share)} of everyone`}
          </Text>
        </div>
        <Stack gap={6} pb={2}>
          <Change entered={segment.entered} left={segment.left} versions={segment.version ?? 0} />
          {segment.tags.length > 0 && <Tags tags={segment.tags} />}
        </Stack>
      </Group>
      <RunStrip run={refresh.run} />
      <Tabs value={tab} onChange={show} keepMounted={false} color="red">
        <Tabs.List
          aria-label="About this segment"
          style={{ overflowX: 'auto', flexWrap: 'nowrap' }}
        >
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ value }) => (
          <Tabs.Panel key={value} value={value} pt="lg">
            <Suspense
              fallback={
                <div aria-busy>
                  <SkeletonLines lines={6} />
                </div>
              }
            >
              {value === tab && CONTENT[value]({ segment, search, onSearch })}
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
