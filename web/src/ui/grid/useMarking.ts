// The marked block with the mouse, the keys and the clipboard.
import type { CellFocusedEvent, GridApi } from 'ag-grid-community';
import {
  type ClipboardEvent,
  type MouseEvent,
  type RefObject,
  useMemo,
  useRef,
  useState,
} from 'react';
import { plural } from '@/lib/format';
import { type Block, isOneCell, pastedCells, rectangle, type Spot, sizeOf } from './block';
import type { KeyHandler } from './columns';
import { meaning } from './keys';
import { Marking } from './marking';
import { readTsv, writeTsv } from './tsv';
import type { GridColumn, GridEvents, MarkedCell, PastedCell } from './types';

type Deps<Row> = {
  root: RefObject<HTMLElement | null>;
  api: RefObject<GridApi<Row> | null>;
  columns: RefObject<readonly GridColumn<Row>[]>;
  events: RefObject<GridEvents<Row>>;
};

const isSpot = (one: Spot, other: Spot): boolean =>
  one.row === other.row && one.column === other.column;

const writes = (target: EventTarget): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

export function useMarking<Row>({ root, api, columns, events }: Deps<Row>) {
  const [said, say] = useState('');
  const tools = useMemo(() => {
    const shown = (): string[] =>
      (api.current?.getAllDisplayedColumns() ?? [])
        .map((column) => column.getColId())
        .filter((id) => !columns.current.find((one) => one.id === id)?.utility);
    const announce = (block: Block | null) => {
      if (block === null || isOneCell(block)) return say('');
      const { rows, columns: wide } = sizeOf(block);
      say(`${plural(rows, 'row')} by ${plural(wide, 'column')} marked`);
    };
    const marking = new Marking(() => root.current, shown, announce);
    const rowAt = (place: number) => api.current?.getDisplayedRowAtIndex(place)?.data;
    /** The cell that a press of the mouse is in, as the page has it now. */
    const spotOf = (target: EventTarget): Spot | null => {
      const cell = (target as Element).closest?.('.ag-cell');
      const column = shown().indexOf(cell?.getAttribute('col-id') ?? '');
      const row = Number(cell?.closest('.ag-row')?.getAttribute('row-index') ?? Number.NaN);
      return column < 0 || Number.isNaN(row) ? null : { row, column };
    };
    /** The block as the focus has it now: the grid tells of a new cell only a moment later. */
    const current = (): Block | null => {
      const spot = document.activeElement && spotOf(document.activeElement);
      const { block } = marking;
      if (spot && !(block && (isSpot(block.from, spot) || isSpot(block.to, spot))))
        marking.begin(spot);
      return marking.block;
    };
    const bounds = () => ({
      rows: api.current?.getDisplayedRowCount() ?? 0,
      columns: shown().length,
    });
    /** The cells of the block row by row; rows that are not loaded are counted only. */
    const cells = (block: Block): { rows: MarkedCell<Row>[][]; left: number } => {
      const { top, bottom, left, right } = rectangle(block);
      const wanted = shown().slice(left, right + 1);
      const rows: MarkedCell<Row>[][] = [];
      for (let place = top; place <= bottom; place += 1) {
        const row = rowAt(place);
        if (row !== undefined) rows.push(wanted.map((column) => ({ row, column })));
      }
      return { rows, left: bottom - top + 1 - rows.length };
    };
    const typed = ({ row, column }: MarkedCell<Row>): string => {
      const known = columns.current.find((one) => one.id === column);
      return (known?.typed ?? known?.text)?.(row) ?? '';
    };
    const copy = (event: ClipboardEvent) => {
      const block = writes(event.target) ? null : current();
      if (block === null || window.getSelection()?.isCollapsed === false) return;
      const { rows, left } = cells(block);
      event.clipboardData.setData('text/plain', writeTsv(rows.map((row) => row.map(typed))));
      event.preventDefault();
      events.current.onCopied(
        rows.reduce((all, row) => all + row.length, 0),
        left,
      );
    };
    const paste = (event: ClipboardEvent) => {
      const block = writes(event.target) ? null : current();
      if (block === null) return;
      event.preventDefault();
      put(readTsv(event.clipboardData.getData('text/plain')), block);
    };
    const put = (table: string[][], block: Block) => {
      const names = shown();
      const found: PastedCell<Row>[] = [];
      let left = 0;
      for (const { row, column, value } of pastedCells(table, block, bounds())) {
        const data = rowAt(row);
        if (data === undefined) left += 1;
        else found.push({ row: data, column: names[column] as string, value });
      }
      if (found.length > 0) events.current.onPaste(found, left);
    };
    const fill = () => {
      const block = current();
      if (block === null) return;
      const [first, ...rest] = cells(block).rows;
      const filled = rest.flatMap((row) =>
        row.map((cell, place) => ({
          ...cell,
          value: typed((first as MarkedCell<Row>[])[place] as MarkedCell<Row>),
        })),
      );
      if (filled.length > 0) events.current.onFill(filled);
    };
    const clear = () => {
      const block = current();
      if (block !== null) events.current.onClear(cells(block).rows.flat());
    };
    return { marking, spotOf, shown, current, copy, paste, fill, clear };
  }, [root, api, columns, events]);
  const { marking, spotOf, shown } = tools;
  const keys = useRef<KeyHandler<Row>>(() => false);
  keys.current = ({ event, editing, data, api: grid }) => {
    if (editing) return event.key === 'Tab' && leave(event, grid);
    const { act, kept } = meaning(event, tools, {
      step: () => tools.current() && marking.step(event.key, grid),
      open: () => data !== undefined && events.current.onOpen(data),
      toggle: () => data !== undefined && events.current.onToggle(data),
    });
    if (act) event.preventDefault();
    act?.();
    return act !== undefined || kept;
  };
  return {
    ...tools,
    said,
    onKey: useMemo<KeyHandler<Row>>(() => (params) => keys.current(params), []),
    onMouseDown: (event: MouseEvent) => {
      const spot = event.button === 0 && !writes(event.target) ? spotOf(event.target) : null;
      if (spot === null) return;
      if (event.shiftKey) marking.to(spot);
      else marking.begin(spot);
    },
    onPointerMove: (event: MouseEvent) => {
      const spot = event.buttons === 1 && !writes(event.target) ? spotOf(event.target) : null;
      if (spot !== null && marking.block !== null) marking.to(spot);
    },
    onCellFocused: (event: CellFocusedEvent<Row>) => {
      const column = columnOf(event);
      events.current.onFocus(rowOf(event) ?? null, column ?? null);
      const place = column === undefined ? -1 : shown().indexOf(column);
      const mouse = event.sourceEvent as globalThis.MouseEvent | undefined;
      const goesOn = mouse?.shiftKey === true && mouse.type !== 'keydown';
      if (event.rowIndex === null || place < 0 || goesOn) return;
      const spot = { row: event.rowIndex, column: place };
      // The press that began a block focuses its cell, too.
      if (!marking.block || !isSpot(marking.block.from, spot)) marking.begin(spot);
    },
  };
}

/** Tab keeps what was typed and goes on, as in spreadsheets: the next cell is not edited. */
const leave = (event: KeyboardEvent, api: GridApi): true => {
  event.preventDefault();
  api.stopEditing();
  if (event.shiftKey) api.tabToPreviousCell();
  else api.tabToNextCell();
  return true;
};

const columnOf = ({ column }: CellFocusedEvent): string | undefined =>
  typeof column === 'string' ? column : column?.getColId();

const rowOf = <Row>(event: CellFocusedEvent<Row>): Row | undefined =>
  event.rowIndex === null ? undefined : event.api.getDisplayedRowAtIndex(event.rowIndex)?.data;
