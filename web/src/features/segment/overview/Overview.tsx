// What the segment says, how its size went, who its members are, and what is made of it.
import { Anchor, Card, List, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { lineageQuery, ruleLineageQuery } from '../queries';
import type { TabProps } from '../SegmentPage';
import { Facts } from './Facts';
import { Profile } from './Profile';
import { SizeHistory } from './SizeHistory';

export function Overview({ segment, search, onSearch }: TabProps) {
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          <Card component="section" aria-labelledby="segment-says" flex={1}>
            <Stack gap="xs">
              <Title order={2} id="segment-says">
                Who is in it
              </Title>
              <Text fz="lg" lh={1.5}>
                {segment.sentence}
              </Text>
            </Stack>
          </Card>
          <UsedBy segment={segment} />
        </Stack>
        <Facts segment={segment} />
      </SimpleGrid>
      <SizeHistory segment={segment} search={search} onSearch={onSearch} />
      {segment.version !== null && <Profile segment={segment} />}
    </Stack>
  );
}

function UsedBy({ segment }: Pick<TabProps, 'segment'>) {
  const lineage = useQuery(lineageQuery(segment.id));
  const rules = useQuery(ruleLineageQuery(segment.rule.id)).data?.nodes ?? [];
  const titleOf = (name: string) => rules.find((rule) => rule.name === name)?.rule_name ?? name;
  return (
    <Card component="section" aria-labelledby="segment-used-by">
      <Title order={2} id="segment-used-by" mb="xs">
        Used by
      </Title>
      <StateView query={lineage} skeleton={<SkeletonLines lines={2} />}>
        {({ children }) =>
          children.length === 0 ? (
            <Text c="dimmed">No other segment is made of it.</Text>
          ) : (
            <List spacing={4}>
              {children.map(({ id, name }) => (
                <List.Item key={id}>
                  <Anchor component={Link} to={`/segments/${id}`} underline="always">
                    {titleOf(name)}
                  </Anchor>
                </List.Item>
              ))}
            </List>
          )
        }
      </StateView>
    </Card>
  );
}
