// A breakdown as numbers.
import { ScrollArea, Table } from '@mantine/core';
import { Fragment } from 'react';
import { count, NOTHING, percent } from '@/lib/format';
import type { Row } from './breakdown-rows';

type Props = { label: string; rows: Row[]; names: string[] };

export function BreakdownTable({ label, rows, names }: Props) {
  const several = names.length > 1;
  return (
    <ScrollArea.Autosize mah={420} viewportProps={{ tabIndex: 0 }}>
      <Table aria-label={label} verticalSpacing={4} fz="sm" className="mu-numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Part</Table.Th>
            {names.map((name) => (
              <Fragment key={name}>
                <Table.Th ta="right">{name}</Table.Th>
                <Table.Th ta="right">{several ? `${name}, share` : 'Share'}</Table.Th>
                <Table.Th ta="right">{several ? `${name}, index` : 'Index'}</Table.Th>
              </Fragment>
            ))}
            <Table.Th ta="right">Everyone</Table.Th>
            <Table.Th ta="right">Share of everyone</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.kind} ${row.label}`}>
              <Table.Td>{row.label}</Table.Td>
              {row.cells.map((cell, place) => (
                <Fragment key={names[place]}>
                  <Table.Td ta="right">{count(cell.members)}</Table.Td>
                  <Table.Td ta="right">{percent(cell.share)}</Table.Td>
                  <Table.Td ta="right">
                    {cell.index === null ? NOTHING : Math.round(cell.index)}
                  </Table.Td>
                </Fragment>
              ))}
              <Table.Td ta="right">{count(row.everyone)}</Table.Td>
              <Table.Td ta="right">{percent(row.shareOfEveryone)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
