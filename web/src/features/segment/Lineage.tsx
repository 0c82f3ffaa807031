// Where the members come from and what is made of them: a graph, which is a table, too.
import { Card, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { moment } from '@/lib/format';
import { type GraphNode, graphOf } from '@/ui/graph/lineage';
import { StateView } from '@/ui/StateView';
import { lineageQuery, ruleLineageQuery } from './queries';
import type { TabProps } from './SegmentPage';

const LineageGraph = lazy(() =>
  import('@/ui/graph/LineageGraph').then((m) => ({ default: m.LineageGraph })),
);
const HEIGHT = 460;

export function Lineage({ segment }: TabProps) {
  const navigate = useNavigate();
  const lineage = useQuery(lineageQuery(segment.id));
  const rules = useQuery(ruleLineageQuery(segment.rule.id)).data?.nodes ?? [];
  const titles = new Map(rules.map(({ name, rule_name }) => [name, rule_name]));
  const open = ({ segmentId }: GraphNode) => {
    if (segmentId == null) return;
    void navigate({
      to: '/segments/$segmentId',
      params: { segmentId: String(segmentId) },
      search: { tab: 'lineage' },
    });
  };
  return (
    <Card component="section" aria-labelledby="segment-lineage">
      <Stack gap="md">
        <div>
          <Title order={2} id="segment-lineage">
            Where it comes from, what is made of it
          </Title>
          <Text size="sm" c="dimmed">
            {segment.version === null
              ? 'Not refreshed yet.'
              : `Version ${segment.version}, as of ${moment(segment.as_of)}.`}{' '}
            Members go nowhere else yet: there are no destinations.
          </Text>
        </div>
        <StateView query={lineage} skeleton={<Skeleton height={HEIGHT} />}>
          {(found) => (
            <Suspense fallback={<Skeleton height={HEIGHT} aria-busy />}>
              <LineageGraph
                label={`Lineage of ${segment.title}`}
                graph={graphOf(found, { titles })}
                onOpen={open}
                height={HEIGHT}
              />
            </Suspense>
          )}
        </StateView>
      </Stack>
    </Card>
  );
}
