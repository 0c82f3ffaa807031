// The curve as numbers.
import { ScrollArea, Table } from '@mantine/core';
import { count } from '@/lib/format';
import { type CurvePoint, numberOf } from './curve';

type Props = {
  title: string;
  points: CurvePoint[];
  present: number | string;
  say: (x: number) => string;
};

export function CurveTable({ title, points, present, say }: Props) {
  return (
    <ScrollArea.Autosize mah={220} viewportProps={{ tabIndex: 0, 'aria-label': title }}>
      <Table aria-label={title} verticalSpacing={2} fz="sm" className="mu-numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Number</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {points.map(({ number, size }) => (
            <Table.Tr key={number} fw={number === present ? 700 : undefined}>
              <Table.Td>
                {say(numberOf(number))}
                {number === present && ' (now)'}
              </Table.Td>
              <Table.Td ta="right">{count(size)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
