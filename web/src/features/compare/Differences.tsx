// Where the compared people differ from everyone: the most telling parts first, then attribute by
// attribute, side by side.
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list, percent, plural } from '@/lib/format';
import { Breakdown } from '@/ui/Breakdown';
import { BreakdownLegend } from '@/ui/BreakdownLegend';
import { partLabel } from '@/ui/breakdown-rows';
import { type Column, DataTable } from '@/ui/DataTable';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { Badge } from './Badge';
import type { Compared } from './logic';
import { type Profile, profileQuery } from './queries';

type Difference = Profile['differences'][number];
const FIRST_DIFFERENCES = 6;
const FIRST_ATTRIBUTES = 4;

export function Differences({ compared }: { compared: Compared[] }) {
  const profile = useQuery(profileQuery(compared.map((one) => one.name)));
  return (
    <Stack gap="md" component="section" aria-labelledby="differences">
      <Title order={2} id="differences">
        Differences
      </Title>
      <StateView query={profile} skeleton={<SkeletonLines lines={8} height={28} />}>
        {(found) => (
          <>
            <Telling profile={found} compared={compared} />
            <SideBySide profile={found} />
          </>
        )}
      </StateView>
    </Stack>
  );
}

function Telling({ profile, compared }: { profile: Profile; compared: Compared[] }) {
  const [all, setAll] = useState(false);
  const rows = all ? profile.differences : profile.differences.slice(0, FIRST_DIFFERENCES);
  const more = profile.differences.length - FIRST_DIFFERENCES;
  const columns: Column<Difference>[] = [
    {
      key: 'what',
      title: 'What',
      cell: (one) => (
        <Text size="sm" fw={600}>
          {one.label}: {partLabel({ kind: 'value', label: one.part, above: null, to: null })}
        </Text>
      ),
    },
    {
      key: 'segment',
      title: 'Segment',
      cell: (one) => {
        const segment = compared.find((other) => other.name === one.segment);
        return (
          <Group gap={6} wrap="nowrap">
            {segment && <Badge one={segment} />}
            <Text size="sm">{segment?.title ?? one.segment}</Text>
          </Group>
        );
      },
    },
    { key: 'share', title: 'Of them', number: true, cell: (one) => percent(one.share) },
    {
      key: 'everyone',
      title: 'Of everyone',
      number: true,
      cell: (one) => percent(one.share_of_everyone),
    },
    {
      key: 'index',
      title: 'Index',
      number: true,
      cell: (one) => (one.index === null ? '–' : Math.round(one.index)),
    },
  ];
  if (rows.length === 0)
    return <Text c="dimmed">They are like everyone in all that may be shown.</Text>;
  return (
    <Stack gap="xs">
      <DataTable
        label="Where they differ most from everyone"
        columns={columns}
        rows={rows}
        rowKey={(one) => `${one.segment} ${one.attribute} ${one.part}`}
      />
      {more > 0 && (
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          w="fit-content"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer differences' : `+ ${plural(more, 'more difference')}`}
        </Button>
      )}
    </Stack>
  );
}

function SideBySide({ profile }: { profile: Profile }) {
  const [all, setAll] = useState(false);
  const names = profile.segments.map((segment) => segment.title);
  const shown = all ? profile.attributes : profile.attributes.slice(0, FIRST_ATTRIBUTES);
  const more = profile.attributes.length - FIRST_ATTRIBUTES;
  return (
    <Stack gap="sm">
      <BreakdownLegend segments={names} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {shown.map((attribute) => (
          <Card key={attribute.name}>
            <Breakdown attribute={attribute} segments={names} />
          </Card>
        ))}
      </SimpleGrid>
      {more > 0 && (
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer attributes' : `+ ${plural(more, 'more attribute')}`}
        </Button>
      )}
      {profile.hidden.length > 0 && (
        <Text size="sm" c="dimmed">
          Left out, since they are personal: {list(profile.hidden)}.
        </Text>
      )}
    </Stack>
  );
}
