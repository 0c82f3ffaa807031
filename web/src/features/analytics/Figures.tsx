// The five numbers of the day, each with what it means and the orders behind it.
import { ActionIcon, Card, Group, Popover, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle, IconMinus, IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { plural } from '@/lib/format';
import classes from './Analytics.module.css';
import { changeOf, checkWords, dayTitle, type Figure, figureText, type Today } from './logic';

export const TILES = { base: 1, xs: 2, md: 3, xl: 5 };
const SIGN = {
  up: { icon: IconTrendingUp, colour: 'var(--mu-good)' },
  down: { icon: IconTrendingDown, colour: 'var(--mu-warn)' },
  same: { icon: IconMinus, colour: 'var(--mu-dim)' },
} as const;

export function Figures({ today }: { today: Today }) {
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {dayTitle(today.day)}
        {today.previous_label && `, compared with ${today.previous_label}`}
      </Text>
      <SimpleGrid cols={TILES} spacing="md">
        {today.figures.map((figure) => (
          <Tile key={figure.key} figure={figure} currency={today.currency} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function Tile({ figure, currency }: { figure: Figure; currency: string }) {
  const change = changeOf(figure);
  return (
    <Card component="section" aria-label={figure.label} className={classes.tile}>
      <Group justify="space-between" wrap="nowrap" gap={4}>
        <Text c="dimmed" size="sm">
          {figure.label}
        </Text>
        <Meaning figure={figure} />
      </Group>
      <Text fz={30} fw={800} lh={1.15} className="mu-numbers" data-testid={`day-${figure.key}`}>
        {figureText(figure.value, figure.unit)}
      </Text>
      <Group gap={4} wrap="nowrap" align="flex-start" mih={22}>
        {change && <Against {...change} />}
      </Group>
      {figure.check.rows > 0 ? (
        <Link to="/orders" search={{ q: figure.query }} className={classes.open}>
          Open {plural(figure.check.rows, 'order')}
        </Link>
      ) : (
        <Text size="sm" c="dimmed">
          No orders
        </Text>
      )}
      {figure.check.rows > 0 && (
        <Text size="xs" c="dimmed">
          {checkWords(figure, currency)}
        </Text>
      )}
    </Card>
  );
}

function Against({ direction, words }: NonNullable<ReturnType<typeof changeOf>>) {
  const { icon: Icon, colour } = SIGN[direction];
  return (
    <>
      <Icon size={16} color={colour} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="sm">{words}</Text>
    </>
  );
}

function Meaning({ figure }: { figure: Figure }) {
  return (
    <Popover position="bottom-end" width={280} withArrow>
      <Popover.Target>
        <ActionIcon size={24} aria-label={`What is counted: ${figure.label}`}>
          <IconInfoCircle size={16} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{figure.definition}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
