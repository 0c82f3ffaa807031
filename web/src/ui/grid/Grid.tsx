// A grid over a long list that the server holds: windows of rows, cells that are edited in place,
// blocks that are marked, copied and pasted. Knows no feature; loaded by index.tsx only.
import './modules';
import { VisuallyHidden } from '@mantine/core';
import type { CellEditRequestEvent, GridApi } from 'ag-grid-community';
import { AgGridReact } from 'ag-grid-react';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { usePreferences } from '@/lib/preferences';
import { definitions } from './columns';
import { type GridContext, HeadStore } from './context';
import classes from './Grid.module.css';
import { makeHandle } from './handle';
import { HEADER_HEIGHT, look, ROW_HEIGHT } from './look';
import type { ColumnLayout, GridColumn, GridEvents, GridHandle, GridSource, Sort } from './types';
import { useMarking } from './useMarking';
import { useSource, WINDOW_ROWS } from './useSource';

export type GridProps<Row> = {
  label: string;
  columns: readonly GridColumn<Row>[];
  source: GridSource<Row>;
  rowId: (row: Row) => string;
  /** How many rows there are, once that is exactly known. */
  total: number | null;
  sort: Sort[];
  filtered: ReadonlySet<string>;
  /** How the columns are arranged at first. */
  layout: ColumnLayout[] | null;
  handle: RefObject<GridHandle<Row> | null>;
  onReady?: () => void;
} & GridEvents<Row>;

const MOST_WINDOWS = 40;

export function Grid<Row>(props: GridProps<Row>) {
  const { label, columns, source, rowId, total, sort, filtered, layout, handle } = props;
  const { density } = usePreferences();
  const [api, setApi] = useState<GridApi<Row> | null>(null);
  const apiRef = useRef<GridApi<Row> | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const events = useRef<GridEvents<Row>>(props);
  events.current = props;
  const latest = useRef(columns);
  latest.current = columns;
  const heads = useRef<HeadStore>(null);
  heads.current ??= new HeadStore();
  const context = useMemo<GridContext>(
    () => ({
      heads: heads.current as HeadStore,
      column: (id) => latest.current.find((one) => one.id === id),
      events: () => events.current,
    }),
    [],
  );
  useEffect(() => heads.current?.set({ sort, filtered }), [sort, filtered]);
  const marks = useMarking<Row>({ root, api: apiRef, columns: latest, events });
  const { marking, onKey } = marks;
  const defs = useMemo(
    () => definitions(columns, (row, column) => marking.isMarked(row, column), onKey),
    [columns, marking, onKey],
  );
  useSource(api, source, total, events);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has no marked block
  useEffect(() => marking.begin(null), [source, marking]);

  const ready = (grid: GridApi<Row>) => {
    apiRef.current = grid;
    handle.current = makeHandle(grid, () => latest.current, rowId);
    if (layout) handle.current.arrange(layout);
    root.current?.querySelector('[role="grid"]')?.setAttribute('aria-label', label);
    setApi(grid);
    props.onReady?.();
  };
  // What stood there when the edit began: others may change the row while one types.
  const before = useRef<Row | null>(null);
  const edited = useCallback((event: CellEditRequestEvent<Row, string>) => {
    const { oldValue, newValue, data, column } = event;
    if (newValue !== oldValue && data)
      events.current.onEdit(before.current ?? data, column.getColId(), newValue ?? '');
  }, []);
  const arranged = useCallback(
    ({ source: by, finished }: { source: string; finished?: boolean }) => {
      if (by === 'api' || by === 'gridInitializing' || finished === false) return;
      const now = handle.current?.layout();
      if (now) events.current.onLayout(now);
    },
    [handle],
  );
  const getRowId = useCallback(({ data }: { data: Row }) => rowId(data), [rowId]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the cells inside have the focus
    <div
      ref={root}
      className={classes.grid}
      onCopy={marks.copy}
      onPaste={marks.paste}
      onMouseDown={marks.onMouseDown}
      onPointerMove={marks.onPointerMove}
      onKeyDown={keepLetters}
    >
      <VisuallyHidden role="status">{marks.said}</VisuallyHidden>
      <AgGridReact<Row>
        theme={look}
        rowModelType="infinite"
        columnDefs={defs}
        context={context}
        getRowId={getRowId}
        cacheBlockSize={WINDOW_ROWS}
        maxBlocksInCache={MOST_WINDOWS}
        blockLoadDebounceMillis={40}
        maxConcurrentDatasourceRequests={3}
        infiniteInitialRowCount={1}
        rowHeight={ROW_HEIGHT[density]}
        headerHeight={HEADER_HEIGHT[density]}
        readOnlyEdit
        stopEditingWhenCellsLoseFocus
        enterNavigatesVerticallyAfterEdit
        suppressDragLeaveHidesColumns
        suppressCellFocus={false}
        tooltipShowDelay={400}
        onGridReady={(event) => ready(event.api)}
        onCellEditingStarted={({ data }) => {
          before.current = data ?? null;
        }}
        onCellEditRequest={edited}
        onColumnMoved={arranged}
        onColumnResized={arranged}
        onColumnPinned={arranged}
        onCellFocused={marks.onCellFocused}
        onCellDoubleClicked={({ data, column }) => {
          const known = latest.current.find((one) => one.id === column.getColId());
          if (data !== undefined && !known?.utility && !known?.editable?.(data))
            events.current.onOpen(data);
        }}
      />
    </div>
  );
}

/** Letters that begin an edit are no keys of the page. */
const keepLetters = (event: React.KeyboardEvent): void => {
  const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  const inCell = (event.target as Element).closest('[role="gridcell"]') !== null;
  if (inCell && letter && event.key !== '/' && event.key !== '?') event.stopPropagation();
};
