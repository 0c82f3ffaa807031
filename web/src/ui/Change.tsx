// How a size changed since the version before: a sign, the figure and its words.
import { Group, Text } from '@mantine/core';
import { IconMinus, IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import { changeOf } from './size-change';

const SIGN = {
  up: { icon: IconTrendingUp, colour: 'var(--mu-good)' },
  down: { icon: IconTrendingDown, colour: 'var(--mu-warn)' },
  same: { icon: IconMinus, colour: 'var(--mu-dim)' },
} as const;

type Props = {
  entered: number | null;
  left: number | null;
  versions: number;
  size?: 'xs' | 'sm';
  /** Two lines: the figure, and below it how many came and went. */
  stacked?: boolean;
};

export function Change({ entered, left, versions, size = 'sm', stacked }: Props) {
  const change = changeOf(entered, left, versions);
  if (change === null) return null;
  const { icon: Icon, colour } = SIGN[change.direction];
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" style={{ display: 'inline-flex' }}>
      <Icon size={16} color={colour} aria-hidden style={{ flexShrink: 0, marginTop: 1 }} />
      <Text span size={size} className="mu-numbers">
        {stacked ? change.figure : change.words}
        {stacked && change.moves && (
          <Text span display="block" size="xs" c="dimmed">
            {change.moves}
          </Text>
        )}
      </Text>
    </Group>
  );
}
