// One table: how many rows, how fresh, and who uses it.
import { Card, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconClock, IconList, IconTimeline, IconUser } from '@tabler/icons-react';
import { count, plural, shortCount } from '@/lib/format';
import { Chip } from '@/ui/chips';
import { Moment } from '@/ui/Moment';
import type { Source } from './queries';
import classes from './SourceCard.module.css';

const KINDS = {
  entity: { label: 'Entities', icon: IconUser },
  event: { label: 'Events', icon: IconTimeline },
  list: { label: 'List', icon: IconList },
};
const sign = { size: 12, stroke: 2.2, 'aria-hidden': true };

type Props = { source: Source; chosen: boolean; onChoose: () => void };

export function SourceCard({ source, chosen, onChoose }: Props) {
  const { label, icon: Icon } = KINDS[source.kind];
  return (
    <Card h="100%" className={classes.card} data-chosen={chosen || undefined}>
      <Stack gap={6} h="100%">
        <Group justify="space-between" gap="xs">
          <Group gap={6}>
            <Icon size={16} aria-hidden />
            <Text size="sm" c="dimmed">
              {label}
            </Text>
          </Group>
          <Freshness source={source} />
        </Group>
        <UnstyledButton
          onClick={onChoose}
          aria-pressed={chosen}
          className={classes.choice}
          fw={700}
          fz="lg"
        >
          {source.label}
        </UnstyledButton>
        <Text fz={24} fw={800} lh={1.1} className="mu-numbers" title={count(source.rows)}>
          {shortCount(source.rows)}{' '}
          <Text span size="sm" c="dimmed" fw={400}>
            rows
          </Text>
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {source.rows === null ? source.sentence : <Span source={source} />}
        </Text>
        <Text size="sm" c="dimmed" mt="auto">
          {source.table} · {plural(source.fields, 'field')} ·{' '}
          {source.used_by.length > 0
            ? `used by ${plural(source.used_by.length, 'segment')}`
            : 'not used yet'}
        </Text>
      </Stack>
    </Card>
  );
}

function Span({ source }: { source: Source }) {
  if (source.newest === null) return <>Rows have no time of their own.</>;
  return (
    <>
      Newest row <Moment at={source.newest} />
    </>
  );
}

function Freshness({ source }: { source: Source }) {
  if (source.fresh === null) return null;
  return source.fresh ? (
    <Chip tone="good" icon={<IconCheck {...sign} />}>
      Fresh
    </Chip>
  ) : (
    <Chip tone="warn" icon={<IconClock {...sign} />}>
      Old
    </Chip>
  );
}
