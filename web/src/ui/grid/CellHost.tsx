// A cell that a column draws itself; nothing while its row is on the way.
import type { CustomCellRendererProps } from 'ag-grid-react';
import type { GridContext } from './context';

export function CellHost(props: CustomCellRendererProps<unknown, string, GridContext>) {
  const { data, column, context } = props;
  const Cell = column && context.column(column.getColId())?.Cell;
  return data === undefined || !Cell ? null : <Cell row={data} />;
}
