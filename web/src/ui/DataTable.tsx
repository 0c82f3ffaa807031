// A table whose head stays, whose columns may sort, whose rows may be chosen; on narrow screens
// each row becomes a card with the columns' names.
import { Checkbox, Table, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './DataTable.module.css';

export type Column<Row> = {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the right. */
  number?: boolean;
  /** What the list is ordered by when the head is pressed; without it there is nothing to press. */
  sort?: string;
  width?: number | string;
  /** Left out of the cards of narrow screens. */
  wideOnly?: boolean;
};

export type Sorting = { by: string; descending: boolean };

type Props<Row> = {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string | number;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  /** Chosen keys; without it rows cannot be chosen. */
  selected?: ReadonlySet<string | number>;
  onSelect?: (selected: Set<string | number>) => void;
  rowName?: (row: Row) => string;
  /** Whether newer rows are on their way. */
  busy?: boolean;
};

export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, selected, onSelect, busy } = props;
  const all = rows.length > 0 && rows.every((row) => selected?.has(rowKey(row)));
  const some = rows.some((row) => selected?.has(rowKey(row)));
  const toggleAll = () => onSelect?.(all ? new Set() : new Set(rows.map(rowKey)));
  return (
    <Table.ScrollContainer minWidth={0} className={classes.box}>
      <Table aria-label={label} aria-busy={busy} className={classes.table} stickyHeader>
        <Table.Thead className={classes.head}>
          <Table.Tr>
            {selected && (
              <Table.Th w={40}>
                <Checkbox
                  aria-label="Choose all on this page"
                  checked={all}
                  indeterminate={some && !all}
                  onChange={toggleAll}
                />
              </Table.Th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} {...props} />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={rowKey(row)} row={row} {...props} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Head<Row>({ column, sorting, onSort }: Props<Row> & { column: Column<Row> }) {
  const here = sorting !== undefined && sorting.by === column.sort;
  const Sign = here ? (sorting.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
  const order = here ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  return (
    <Table.Th w={column.width} data-number={column.number || undefined} aria-sort={order}>
      {column.sort && onSort ? (
        <UnstyledButton
          className={classes.sort}
          onClick={() =>
            onSort({ by: column.sort as string, descending: here ? !sorting.descending : false })
          }
        >
          {column.title} <Sign size={14} aria-hidden />
        </UnstyledButton>
      ) : (
        column.title
      )}
    </Table.Th>
  );
}

function Row<Row>({
  row,
  columns,
  rowKey,
  selected,
  onSelect,
  rowName,
}: Props<Row> & { row: Row }) {
  const key = rowKey(row);
  const toggle = () => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  return (
    <Table.Tr data-chosen={selected?.has(key) || undefined}>
      {selected && (
        <Table.Td className={classes.choice}>
          <Checkbox
            aria-label={`Choose ${rowName?.(row) ?? key}`}
            checked={selected.has(key)}
            onChange={toggle}
          />
        </Table.Td>
      )}
      {columns.map((column) => (
        <Table.Td
          key={column.key}
          data-title={column.title}
          data-number={column.number || undefined}
          data-wide-only={column.wideOnly || undefined}
        >
          {column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
