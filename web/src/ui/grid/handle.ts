// What the page may do to its grid.
import type { GridApi, IRowNode } from 'ag-grid-community';
import { layoutOf, stateOf } from './columns';
import type { GridColumn, GridHandle } from './types';

export const makeHandle = <Row>(
  api: GridApi<Row>,
  columns: () => readonly GridColumn<Row>[],
  rowId: (row: Row) => string,
): GridHandle<Row> => {
  const utilities = () => columns().filter((one) => one.utility);
  const isUtility = (id: string) => utilities().some((one) => one.id === id);
  const nodes = (ids: string[]): IRowNode<Row>[] =>
    ids.map((id) => api.getRowNode(id)).filter((node) => node !== undefined);
  const rows = (): Row[] => {
    const found: Row[] = [];
    api.forEachNode(({ data }) => data !== undefined && found.push(data));
    return found;
  };
  return {
    update: (newer) =>
      newer.filter((row) => {
        const node = api.getRowNode(rowId(row));
        node?.setData(row);
        return node !== undefined;
      }),
    redraw: (ids, columnIds) =>
      api.refreshCells({ rowNodes: ids && nodes(ids), columns: columnIds, force: true }),
    flash: (ids) => api.flashCells({ rowNodes: nodes(ids), flashDuration: 400, fadeDuration: 700 }),
    reload: () => api.purgeInfiniteCache(),
    jump: (id, column) => {
      const node = api.getRowNode(id);
      if (node?.rowIndex == null) return false;
      api.ensureIndexVisible(node.rowIndex);
      api.ensureColumnVisible(column);
      api.setFocusedCell(node.rowIndex, column);
      return true;
    },
    focus: () => {
      const here = api.getFocusedCell();
      const [first] = api.getAllDisplayedColumns().filter((one) => !isUtility(one.getColId()));
      const column = here?.column ?? first;
      if (column) api.setFocusedCell(here?.rowIndex ?? 0, column);
    },
    edit: (id, column) => {
      const node = api.getRowNode(id);
      if (node?.rowIndex == null) return;
      api.ensureColumnVisible(column);
      api.setFocusedCell(node.rowIndex, column);
      api.startEditingCell({ rowIndex: node.rowIndex, colKey: column });
    },
    rows,
    between: (one, other) => {
      const places = nodes([one, other]).map((node) => node.rowIndex ?? 0);
      const found: Row[] = [];
      for (let place = Math.min(...places); place <= Math.max(...places); place += 1) {
        const data = api.getDisplayedRowAtIndex(place)?.data;
        if (data !== undefined) found.push(data);
      }
      return found;
    },
    arrange: (layout) =>
      api.applyColumnState({
        state: stateOf(
          layout,
          utilities().map((one) => one.id),
        ),
        applyOrder: true,
      }),
    layout: () => layoutOf(api.getColumnState(), isUtility),
  };
};
