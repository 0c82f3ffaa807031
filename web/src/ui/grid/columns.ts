// Our columns as the library wants them.
import type { ColDef, SuppressKeyboardEventParams } from 'ag-grid-community';
import { CellEditor } from './CellEditor';
import { CellHost } from './CellHost';
import type { GridContext } from './context';
import { Head } from './Head';
import type { ColumnLayout, GridColumn } from './types';

type Def<Row> = ColDef<Row, string>;

export type KeyHandler<Row> = (params: SuppressKeyboardEventParams<Row, string>) => boolean;

const classesOf = <Row>(column: GridColumn<Row>, row: Row | undefined): string[] => [
  ...(column.number ? ['mu-number'] : []),
  ...(row === undefined ? [] : (column.classes?.(row) ?? '').split(' ').filter(Boolean)),
];

/** Classes that come and go; the library takes away only what rules name. */
const TONES = ['good', 'warn', 'bad', 'info', 'dim'];
const RULED = [
  ...['mu-saving', 'mu-failed', 'mu-locked', 'mu-chosen'],
  ...TONES.flatMap((tone) => [`mu-tone-${tone}`, `mu-dot-${tone}`]),
];

export const definitions = <Row>(
  columns: readonly GridColumn<Row>[],
  isMarked: (row: number | null | undefined, column: string) => boolean,
  onKey: KeyHandler<Row>,
): Def<Row>[] =>
  columns.map((column) => ({
    colId: column.id,
    headerName: column.title,
    headerComponent: Head,
    initialWidth: column.width,
    initialPinned: column.pinned ? 'left' : undefined,
    initialHide: column.hidden,
    minWidth: column.utility ? column.width : 60,
    resizable: !column.utility,
    suppressMovable: column.utility,
    lockPosition: column.utility ? 'left' : undefined,
    lockVisible: column.utility,
    sortable: false,
    valueGetter: ({ data }) => (data === undefined ? '' : column.text(data)),
    tooltipValueGetter: ({ data }) => (data == null ? undefined : column.tip?.(data)),
    cellClass: column.number ? 'mu-number' : undefined,
    cellClassRules: {
      'mu-marked': ({ rowIndex }) => isMarked(rowIndex, column.id),
      ...Object.fromEntries(
        RULED.map((name) => [
          name,
          ({ data }: { data?: Row }) => classesOf(column, data).includes(name),
        ]),
      ),
    },
    cellRenderer: column.Cell && CellHost,
    editable: ({ data }) => data !== undefined && (column.editable?.(data) ?? false),
    cellEditor: CellEditor,
    cellEditorPopup: column.popup,
    cellEditorPopupPosition: 'under',
    suppressKeyboardEvent: onKey,
    suppressHeaderKeyboardEvent: ({ event, api }) => {
      const context = api.getGridOption('context') as GridContext;
      if (event.key === 'Enter' && column.sortable) {
        context.events().onSort(column.id, event.shiftKey);
        return true;
      }
      if (event.altKey && event.key === 'ArrowDown' && column.filterable) {
        context.events().onFilter(column.id, event.target as HTMLElement);
        event.preventDefault();
        return true;
      }
      return false;
    },
  }));

type State = { colId: string; width?: number | null; pinned?: unknown; hide?: boolean | null };

export const layoutOf = (states: readonly State[], utility: (id: string) => boolean) =>
  states
    .filter(({ colId }) => !utility(colId))
    .map(
      ({ colId, width, pinned, hide }): ColumnLayout => ({
        id: colId,
        width: width ?? 120,
        pinned: pinned === 'left' || pinned === true,
        hidden: hide ?? false,
      }),
    );

export const stateOf = (layout: readonly ColumnLayout[], first: readonly string[]) => [
  ...first.map((colId) => ({ colId })),
  ...layout.map(({ id, width, pinned, hidden }) => ({
    colId: id,
    width,
    pinned: pinned ? ('left' as const) : null,
    hide: hidden,
  })),
];
