// What a change would move: segments that customers enter or leave, figures of the desk.
import { List, Stack, Table, Text } from '@mantine/core';
import { count, NOTHING, signed } from '@/lib/format';
import { amount } from '../fields';
import type { Impact } from './types';

export function ImpactView({ impact }: { impact: Impact }) {
  const { segments, figures, sentence, exact, not_measured } = impact;
  const moved = figures.filter(({ before, after }) => Number(before) !== Number(after));
  return (
    <Stack gap="xs" component="section" aria-label="What it would move">
      <Text fw={600}>{sentence}</Text>
      {!exact && (
        <Text size="sm" c="dimmed">
          From a sample of the customers: figures of segments are near, not exact.
        </Text>
      )}
      {segments.length > 0 && (
        <Table aria-label="Segments that change" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Segment</Table.Th>
              <Table.Th ta="right">Members</Table.Th>
              <Table.Th ta="right">Enter</Table.Th>
              <Table.Th ta="right">Leave</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {segments.map((one) => (
              <Table.Tr key={one.segment_id}>
                <Table.Td>{one.title}</Table.Td>
                <Table.Td ta="right">{count(one.size_before)}</Table.Td>
                <Table.Td ta="right">{one.entered > 0 ? signed(one.entered) : NOTHING}</Table.Td>
                <Table.Td ta="right">{one.left > 0 ? signed(-one.left) : NOTHING}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {moved.length > 0 && (
        <List size="sm">
          {moved.map(({ key, label, before, after, unit }) => (
            <List.Item key={key}>
              {label}: {amount(before)} becomes <strong>{amount(after)}</strong> {unit}
            </List.Item>
          ))}
        </List>
      )}
      {not_measured.length > 0 && (
        <Text size="sm" c="dimmed">
          Not worked out: {not_measured.map(({ segment, why }) => `${segment} (${why})`).join(', ')}
        </Text>
      )}
    </Stack>
  );
}
