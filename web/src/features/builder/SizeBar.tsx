// On narrow screens the size stays at the foot of the window, with the way to what is behind it.
import { Button, Group, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { count, percent } from '@/lib/format';
import classes from './Builder.module.css';
import type { LiveSize } from './live/useLive';

type Props = { live: LiveSize; noun: string; onMore: () => void };

export function SizeBar({ live, noun, onMore }: Props) {
  const { answer, estimate, busy, error } = live;
  const rough = busy || error !== null ? estimate : null;
  const shown = rough ?? answer;
  return (
    <div className={classes.bar}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text className="mu-numbers" opacity={busy && !rough ? 0.6 : 1}>
          <Text span fw={800} fz={22}>
            {rough && '≈ '}
            {shown ? count(shown.size) : '–'}
          </Text>{' '}
          <Text span size="sm" c="dimmed">
            {noun}
            {shown && `, ${percent(shown.share)}`}
          </Text>
        </Text>
        <Button
          size="xs"
          variant="default"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={onMore}
        >
          What is behind it
        </Button>
      </Group>
    </div>
  );
}
