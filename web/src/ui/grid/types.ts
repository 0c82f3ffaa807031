// What a grid is given and what it tells: words of our own, so that nothing outside this folder
// knows the library.
import type { ComponentType } from 'react';
import type { Asked } from './windows';

export type Sort = { column: string; descending: boolean };

export type CellEditorProps<Row> = {
  row: Row;
  /** What the editor begins with: what is there, or the letter that began it. */
  begin: string;
  label: string;
  /** What will be kept when the editor closes. */
  onChange: (value: string) => void;
  /** Close and keep. */
  onDone: () => void;
};

export type GridColumn<Row> = {
  id: string;
  title: string;
  width: number;
  /** Numbers stand at the right. */
  number?: boolean;
  pinned?: boolean;
  hidden?: boolean;
  /** Neither data nor moved: the boxes that choose rows. */
  utility?: boolean;
  sortable?: boolean;
  filterable?: boolean;
  text: (row: Row) => string;
  /** What is edited and copied; without it the text. */
  typed?: (row: Row) => string;
  classes?: (row: Row) => string;
  tip?: (row: Row) => string | undefined;
  editable?: (row: Row) => boolean;
  /** Without it a field for text. */
  Editor?: ComponentType<CellEditorProps<Row>>;
  /** The editor lies over the rows below, and is no field in the cell. */
  popup?: boolean;
  /** Without it the text. */
  Cell?: ComponentType<{ row: Row }>;
  Header?: ComponentType;
};

export type Loaded<Row> = {
  rows: Row[];
  first: string | null;
  last: string | null;
  total: number | null;
  estimate: number;
  atEnd: boolean;
};

/** Where rows come from; another object is another list, and it is read from its beginning. */
export type GridSource<Row> = { load: (asked: Asked) => Promise<Loaded<Row>> };

/** A column as it was arranged; in the order of the array. */
export type ColumnLayout = { id: string; width: number; pinned: boolean; hidden: boolean };

export type MarkedCell<Row> = { row: Row; column: string };
export type PastedCell<Row> = MarkedCell<Row> & { value: string };

export type GridEvents<Row> = {
  onSort: (column: string, additional: boolean) => void;
  /** The filter of a column was asked for; `anchor`: its head. */
  onFilter: (column: string, anchor: HTMLElement) => void;
  onEdit: (row: Row, column: string, typed: string) => void;
  onOpen: (row: Row) => void;
  onFocus: (row: Row | null, column: string | null) => void;
  /** Space on a row, or Shift and Space from the last one to it. */
  onToggle: (row: Row) => void;
  onPaste: (cells: PastedCell<Row>[], left: number) => void;
  onFill: (cells: PastedCell<Row>[]) => void;
  onClear: (cells: MarkedCell<Row>[]) => void;
  onCopied: (cells: number, left: number) => void;
  onLayout: (layout: ColumnLayout[]) => void;
  onLoaded: (loaded: { total: number | null; estimate: number; atEnd: boolean }) => void;
  onFailed: (error: unknown) => void;
};

/** What may be done to a grid from outside. */
export type GridHandle<Row> = {
  /** Put newer rows in place of those with the same id; says which were there. */
  update: (rows: Row[]) => Row[];
  /** Draw cells again whose text or classes changed though their rows did not. */
  redraw: (ids?: string[], columns?: string[]) => void;
  flash: (ids: string[]) => void;
  reload: () => void;
  /** Bring a cell into view and the focus to it. */
  jump: (id: string, column: string) => boolean;
  focus: () => void;
  edit: (id: string, column: string) => void;
  rows: () => Row[];
  /** The rows from one to another, as far as they are loaded. */
  between: (one: string, other: string) => Row[];
  arrange: (layout: ColumnLayout[]) => void;
  layout: () => ColumnLayout[];
};
