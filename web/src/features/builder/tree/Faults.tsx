// What the server says about one row: faults, and what may not be meant. Rows point at it.
import { Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconBulb, IconPencil } from '@tabler/icons-react';
import type { Fault } from '@/api/errors';
import { useCanvas } from './context';

/** The row is only not finished yet. */
const UNFINISHED = ['MISSING_VALUE', 'MISSING', 'EMPTY_GROUP', 'BAD_RANGE'];

/** Where the server's advice speaks of JSON, what to press instead. */
const HERE: Record<string, string> = {
  NULLS_LEFT_OUT: 'To take them in, see “Who has no value matches, too” under More options.',
  ABSENCE_UNGUARDED: 'Give a window, or say under More options who is known long enough.',
};

export const faultsId = (id: string): string => `faults-${id}`;

function Line({ fault, lint }: { fault: Fault; lint?: boolean }) {
  const hint = HERE[fault.code] ?? fault.hint;
  const unfinished = UNFINISHED.includes(fault.code);
  const Icon = lint ? IconBulb : unfinished ? IconPencil : IconAlertTriangle;
  const color = lint ? 'var(--mu-warn)' : unfinished ? 'var(--mu-dim)' : 'var(--mu-bad)';
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <Icon size={14} aria-hidden color={color} style={{ flex: 'none', marginTop: 3 }} />
      <Text size="xs" c={unfinished ? 'dimmed' : undefined}>
        {fault.sentence}
        {hint && (
          <Text span inherit c="dimmed">
            {' '}
            {hint}
          </Text>
        )}
      </Text>
    </Group>
  );
}

export function Faults({ id }: { id: string }) {
  const { faults, lints } = useCanvas();
  const wrong = faults.get(id) ?? [];
  const doubts = lints.get(id) ?? [];
  if (!wrong.length && !doubts.length) return null;
  return (
    <Stack gap={2} id={faultsId(id)} mt={4}>
      {wrong.map((fault) => (
        <Line key={`${fault.code}${fault.path}${fault.sentence}`} fault={fault} />
      ))}
      {doubts.map((fault) => (
        <Line key={`${fault.code}${fault.path}${fault.sentence}`} fault={fault} lint />
      ))}
    </Stack>
  );
}
