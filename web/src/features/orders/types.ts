// The shapes of the order desk's API, under the names this page uses.

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

export type FieldType = 'integer' | 'money' | 'text' | 'enum' | 'instant' | 'boolean';
export type Field = {
  name: string;
  label: string;
  type: FieldType;
  entity: 'order' | 'item' | 'customer';
  editable: boolean;
  nullable: boolean;
  personal: boolean;
  sortable_fast: boolean;
  values: string[];
  most: number | null;
};
export type Status = { status: string; label: string; open: boolean; items_frozen: boolean };
export type Transition = {
  from_status: string;
  to_status: string;
  role: string;
  reason_required: boolean;
  condition: 'paid' | 'held_from' | null;
};
export type Desk = {
  currency: string;
  time_zone: string;
  fields: Field[];
  item_fields: Field[];
  customer_fields: Field[];
  statuses: Status[];
  transitions: Transition[];
  can_edit: boolean;
  sees_personal: boolean;
  orders_estimate: number;
  today: string;
};

export type Value = string | number | boolean | null;
/** One order as the grid shows it: every field by its name, and what edits need. */
export type OrderRow = { order_id: number; row_version: number; held_from: string | null } & Record<
  string,
  Value
>;
export type RowWindow = {
  start: number;
  rows: OrderRow[];
  first_cursor: string | null;
  last_cursor: string | null;
  total: number | null;
  estimate: number;
  at_end: boolean;
  feed_position: number;
};
export type Count = { total: number; quantity_sum: number; amount_sum: string };
export type ValueCount = { value: Value; count: number };

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
export type Applied = {
  changeset_id: number | null;
  orders: number;
  cells: number;
  rows: OrderRow[];
  title: string;
  already: boolean;
};
export type Conflict = {
  entity: 'order' | 'item' | 'customer';
  key: string;
  field: string;
  base: Value;
  mine: Value;
  theirs: Value;
  version: number | null;
  changed_by: string | null;
  changed_at: string | null;
  sentence?: string;
};
export type Undone = {
  changeset_id: number | null;
  undone: number | null;
  orders: number;
  cells: number;
  skipped: Conflict[];
  rows: OrderRow[];
};
export type UndoStack = {
  undo: { changeset_id: number; title: string } | null;
  redo: { changeset_id: number; title: string } | null;
};

export type Item = {
  line_no: number;
  product_id: string;
  product_name: string | null;
  quantity: number;
  unit_price: string;
  subtotal: string;
  row_version: number;
};
export type Customer = {
  customer_id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  address: string | null;
  city: string | null;
  state: string | null;
  country: string | null;
  tier: string | null;
  row_version: number;
};
export type HistoryStep = {
  from_status: string | null;
  to_status: string;
  changed_at: string;
  changed_by: string;
  reason: string | null;
  changeset_id: number | null;
};
export type NextStatus = {
  status: string;
  reason_required: boolean;
  allowed: boolean;
  why: string | null;
};
export type OrderDetail = {
  order: OrderRow;
  customer: Customer | null;
  items: Item[];
  history: HistoryStep[];
  next: NextStatus[];
};

export type ViewState = {
  filter?: Filter | null;
  search?: string;
  sort?: SortKey[];
  columns?: { id: string; width: number; pinned: boolean; hidden: boolean }[];
  formats?: Format[];
};
export type SavedView = {
  id: number;
  name: string;
  owner: string;
  shared: boolean;
  mine: boolean;
  state: ViewState;
  row_version: number;
};
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
