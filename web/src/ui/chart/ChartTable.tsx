// The chart as a table.
import { ScrollArea, Table } from '@mantine/core';
import classes from './ChartFrame.module.css';
import { type Frame, type Span, said, type Unit } from './data';

type Props = {
  title: string;
  frame: Frame;
  span: Span;
  hidden: ReadonlySet<string>;
  unit: Unit;
};

const HEAD = { time: 'Time', value: 'Number', category: 'Part' };

export function ChartTable({ title, frame, span, hidden, unit }: Props) {
  const shown = frame.series.filter((one) => !hidden.has(one.name));
  return (
    <ScrollArea.Autosize mah={420} viewportProps={{ tabIndex: 0 }}>
      <Table aria-label={title} stickyHeader verticalSpacing={6} className="mu-numbers">
        <Table.Thead className={classes.head}>
          <Table.Tr>
            <Table.Th>{HEAD[frame.kind]}</Table.Th>
            {shown.map((one) => (
              <Table.Th key={one.name} ta="right">
                {one.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {frame.xs.slice(span[0], span[1] + 1).map((x, nth) => (
            <Table.Tr key={x}>
              <Table.Td>{frame.labels[span[0] + nth]}</Table.Td>
              {shown.map((one) => (
                <Table.Td key={one.name} ta="right">
                  {said(one.values[span[0] + nth], unit)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
