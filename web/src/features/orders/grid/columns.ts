// The desk's fields as columns of the grid.
import type { CellEditorProps, GridColumn } from '@/ui/grid/types';
import { shown, typed } from '../fields';
import { toneOf } from '../formats';
import { pendingAt } from '../pending';
import { statusTone } from '../statuses';
import type { Desk, Field, OrderRow } from '../types';
import type { Bench } from './bench';
import { ChooseAll, ChooseBox, OrderNumber } from './cells';
import { CustomerEditor, EnumEditor, StatusEditor } from './editors';

export const CHOICE = 'choice';

const WIDTHS: Record<string, number> = {
  order_id: 120,
  reference: 130,
  kind: 100,
  order_date: 150,
  customer_id: 120,
  customer_name: 190,
  customer_email: 230,
  item_count: 80,
  quantity: 90,
  total_amount: 140,
  status: 130,
  channel: 100,
  payment_method: 120,
  coupon: 110,
  note: 220,
};
const INSTANT_WIDTH = 150;
const HIDDEN = new Set(['kind', 'customer_id', 'paid_at', 'shipped_at', 'delivered_at']);

const FIRST = [
  'order_id',
  'order_date',
  'customer_name',
  'item_count',
  'quantity',
  'total_amount',
  'status',
];

const editorOf = (field: Field) => {
  if (field.name === 'status') return StatusEditor;
  if (field.name === 'customer_id') return CustomerEditor;
  return field.type === 'enum' ? EnumEditor : undefined;
};

export const mayEdit = (field: Field, desk: Desk): boolean =>
  desk.can_edit && field.editable && (!field.personal || desk.sees_personal);

const column = (field: Field, desk: Desk, bench: Bench): GridColumn<OrderRow> => {
  const { name } = field;
  const waiting = (row: OrderRow) => pendingAt(bench.pending.read(), row.order_id, name);
  const editable = mayEdit(field, desk);
  const Editor = editorOf(field);
  return {
    id: name,
    title: name === 'total_amount' ? `${field.label} (${desk.currency})` : field.label,
    width: WIDTHS[name] ?? INSTANT_WIDTH,
    number: field.type === 'integer' || field.type === 'money',
    pinned: name === 'order_id',
    hidden: HIDDEN.has(name),
    sortable: true,
    filterable: true,
    text: (row) => {
      const cell = waiting(row);
      if (cell?.state === 'failed') return cell.typed;
      return shown(field, cell ? cell.value : row[name], desk);
    },
    typed: (row) => waiting(row)?.typed ?? typed(field, row[name], desk),
    classes: (row) => {
      const state = waiting(row)?.state;
      const tone = toneOf(bench.formats.read(), name, row);
      return [
        state === 'saving' && 'mu-saving',
        (state === 'failed' || state === 'conflict') && 'mu-failed',
        tone && `mu-tone-${tone}`,
        name === 'status' && `mu-dot-${statusTone(row.status)}`,
        !editable && name !== 'order_id' && 'mu-locked',
      ]
        .filter(Boolean)
        .join(' ');
    },
    tip: (row) => waiting(row)?.sentence ?? (name === 'note' ? String(row.note ?? '') : undefined),
    // a field of one line would lose the others: such a text is written in the order's form
    editable: (row) => editable && !(typeof row[name] === 'string' && row[name].includes('\n')),
    Editor: Editor as GridColumn<OrderRow>['Editor'],
    popup: Editor !== undefined,
    Cell: name === 'order_id' ? OrderNumber : undefined,
  };
};

export const columnsOf = (desk: Desk, bench: Bench): GridColumn<OrderRow>[] => {
  const rank = ({ name }: Field) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const fields = [...desk.fields].sort((one, other) => rank(one) - rank(other));
  const choice: GridColumn<OrderRow> = {
    id: CHOICE,
    title: 'Choose',
    width: 46,
    utility: true,
    pinned: true,
    text: () => '',
    Cell: ChooseBox,
    Header: ChooseAll,
  };
  return [choice, ...fields.map((field) => column(field, desk, bench))];
};

export type OrderEditorProps = CellEditorProps<OrderRow>;
