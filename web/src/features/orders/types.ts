// The shapes of the order desk's API, under the names this page uses.
import type { Schemas } from '@/api/client';

export type Scalar = string | number | boolean;
export type Op =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'between'
  | 'in'
  | 'not_in'
  | 'contains'
  | 'starts_with'
  | 'empty'
  | 'not_empty'
  | 'last_days'
  | 'today';
export type Condition = { field: string; op: Op; value?: Scalar | Scalar[] | null };
export type Filter = Condition | { all: Filter[] } | { any: Filter[] } | { not: Filter };
export type SortKey = { field: string; dir: 'asc' | 'desc' };
export type Query = { filter: Filter | null; search: string; sort: SortKey[] };

export type Field = Schemas['OrderFieldBody'];
export type FieldType = Field['type'] | 'boolean';
export type Status = Schemas['StatusBody'];
export type Transition = Schemas['TransitionBody'];
export type Desk = Schemas['OrderDeskBody'];

export type Value = string | number | boolean | null;
/** One order as the grid shows it: every field by its name, and what edits need. */
export type OrderRow = Schemas['OrderRowBody'] & Record<string, Value>;
type WithRows<Body> = Omit<Body, 'rows'> & { rows: OrderRow[] };
export type RowWindow = WithRows<Schemas['OrderWindowBody']>;
export type Count = Schemas['OrderCountBody'];
export type ValueCount = Schemas['OrderValueBody'];

export type CellChange = {
  entity: 'order' | 'item' | 'customer';
  key: string;
  field: string;
  base: Value;
  value: Value;
  version: number | null;
};
export type NewItem = {
  order_id: number;
  product_id: string;
  quantity: Value;
  unit_price: Value;
};
export type Draft = {
  op_id: string;
  kind: 'edit' | 'form' | 'paste' | 'fill';
  reason: string | null;
  cells: CellChange[];
  insert_items: NewItem[];
  delete_items: { order_id: number; line_no: number; version: number | null }[];
  dry_run: boolean;
};
export type Applied = WithRows<Schemas['ChangesBody']>;
type Seen = { base: Value; mine: Value; theirs: Value };
export type Conflict = Omit<Schemas['CellConflictBody'], keyof Seen> & Seen;
export type Undone = Omit<WithRows<Schemas['UndoBody']>, 'skipped'> & { skipped: Conflict[] };
export type UndoStack = Schemas['UndoStackBody'];

export type Item = Schemas['OrderItemBody'];
export type Customer = Schemas['OrderCustomerBody'];
export type HistoryStep = Schemas['HistoryBody'];
export type NextStatus = Schemas['NextStatusBody'];
export type OrderDetail = Omit<Schemas['OrderDetailBody'], 'order'> & { order: OrderRow };

export type ViewState = {
  filter?: Filter | null;
  search?: string;
  sort?: SortKey[];
  columns?: { id: string; width: number; pinned: boolean; hidden: boolean }[];
  formats?: Format[];
};
export type SavedView = Omit<Schemas['OrderViewBody'], 'state'> & { state: ViewState };
export const TONES = ['good', 'warn', 'bad', 'info', 'dim'] as const;
export type Tone = (typeof TONES)[number];
/** Cells of a field that look different where a condition holds. */
export type Format = { field: string; op: Op; value: Scalar | null; tone: Tone };

export type Person = {
  actor: string;
  client_id: string;
  order_id: number | null;
  field: string | null;
  me: boolean;
};
