// The shapes of imports.
export type Options = {
  match: 'order_id' | 'reference';
  create: boolean;
  update: boolean;
  empty: 'leave' | 'clear';
  decimal: '.' | ',';
  date_format: 'ymd' | 'dmy' | 'mdy';
  time_zone: string;
  status: string;
  reason: string | null;
};
export type ErrorKind = { code: string; field: string | null; count: number };
export type Check = {
  rows: number;
  insert: number;
  update: number;
  same: number;
  errors: number;
  skip: number;
  error_kinds: ErrorKind[];
  amount: string | null;
};
export type Import = {
  id: number;
  actor: string;
  file_name: string;
  state: 'read' | 'checked' | 'applied' | 'reverted' | 'dropped';
  columns: { name: string; sample: string[] }[];
  mapping: Record<string, string | null>;
  options: Options;
  targets: { name: string; label: string; personal: boolean; of_line: boolean }[];
  rows: number;
  summary: { [Key in keyof Omit<Check, 'rows' | 'error_kinds'>]: Check[Key] | null } & {
    insert_orders: number | null;
    update_orders: number | null;
    error_kinds: ErrorKind[];
    progress: { doing: 'check' | 'apply' | 'write'; done: number; of: number } | null;
  };
  changeset_id: number | null;
  created_at: string;
};
export type ImportHead = Pick<
  Import,
  'id' | 'actor' | 'file_name' | 'state' | 'rows' | 'changeset_id' | 'created_at'
> & { mine: boolean };
export type CellError = {
  column: string | null;
  field: string | null;
  code: string;
  sentence: string;
  value: string | null;
};
export type ImportRow = {
  row_no: number;
  cells: Record<string, string | null>;
  errors: CellError[];
  outcome: 'insert' | 'update' | 'same' | 'error' | 'skip' | null;
  order_id: number | null;
};
export type ImportApplied = {
  changeset_id: number | null;
  orders: number;
  cells: number;
  skipped: number;
  state: Import['state'];
};
