// Met, not met, unknown: a sign with its word, never a colour alone.
import { Group, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconHelpCircle } from '@tabler/icons-react';
import { type Truth, truthWord } from './logic';

const SIGN = {
  true: { icon: IconCircleCheck, colour: 'var(--mu-good)' },
  false: { icon: IconCircleX, colour: 'var(--mu-warn)' },
  null: { icon: IconHelpCircle, colour: 'var(--mu-info)' },
} as const;

export function TruthSign({ truth, word }: { truth: Truth; word?: string }) {
  const { icon: Icon, colour } = SIGN[`${truth}`];
  return (
    <Group gap={4} wrap="nowrap" c={colour} style={{ flexShrink: 0 }}>
      <Icon size={18} stroke={2} aria-hidden />
      <Text span size="sm" fw={600}>
        {word ?? truthWord(truth)}
      </Text>
    </Group>
  );
}
