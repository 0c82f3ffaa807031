import { describe, expect, it } from 'vitest';
import { ApiError, Offline } from '@/api/errors';
import type { Desk, FieldType, OrderDetail } from '../types';
import {
  changesOf,
  isDirty,
  newLine,
  type Spot,
  textAt,
  UNTOUCHED,
  withLine,
  withoutCell,
  withoutLine,
  withRemoved,
  withTyped,
} from './draft';
import { cellId, faultAt, formFaultsOf, lineId } from './faults';

const field = (name: string, type: FieldType) => ({ name, label: name, type, values: [] });
const DESK = {
  time_zone: 'UTC',
  statuses: [],
  fields: [field('note', 'text'), field('paid_at', 'instant')],
  item_fields: [field('quantity', 'integer'), field('unit_price', 'money')],
  customer_fields: [field('name', 'text')],
} as unknown as Desk;
const DETAIL = {
  order: { order_id: 7, row_version: 3, note: 'old', paid_at: null },
  customer: { customer_id: 'C1', name: 'Ann', row_version: 9 },
  items: [
    { line_no: 1, product_id: 'A', quantity: 2, unit_price: '5.00', row_version: 4 },
    { line_no: 2, product_id: 'B', quantity: 1, unit_price: '1.00', row_version: 5 },
  ],
} as unknown as OrderDetail;
const NOTE: Spot = { entity: 'order', key: '7', field: 'note' };
const QUANTITY: Spot = { entity: 'item', key: '7/1', field: 'quantity' };
const NAME: Spot = { entity: 'customer', key: 'C1', field: 'name' };
const type = (draft: typeof UNTOUCHED, spot: Spot, text: string) =>
  withTyped(draft, DETAIL, DESK, spot, text);

describe('a form', () => {
  it('shows what is there until something is typed', () => {
    expect(textAt(UNTOUCHED, DETAIL, DESK, NOTE)).toBe('old');
    expect(textAt(UNTOUCHED, DETAIL, DESK, QUANTITY)).toBe('2');
    expect(textAt(type(UNTOUCHED, NAME, 'Anna'), DETAIL, DESK, NAME)).toBe('Anna');
  });

  it('is not dirty when what is typed says the same', () => {
    const typed = type(UNTOUCHED, NOTE, 'new');
    expect(isDirty(typed)).toBe(true);
    expect(isDirty(type(typed, NOTE, 'old'))).toBe(false);
    expect(isDirty(withoutCell(typed, NOTE))).toBe(false);
  });

  it('becomes one deed with bases and versions', () => {
    const line = { ...newLine(), product_id: 'C', quantity: 'two' };
    const draft = withRemoved(
      withLine(type(type(UNTOUCHED, NOTE, ''), QUANTITY, '3'), line),
      2,
      true,
    );
    expect(changesOf(draft, DETAIL, DESK, 'op')).toEqual({
      op_id: 'op',
      kind: 'form',
      reason: null,
      cells: [
        { ...NOTE, base: 'old', value: null, version: 3 },
        { ...QUANTITY, base: 2, value: 3, version: 4 },
      ],
      insert_items: [{ order_id: 7, product_id: 'C', quantity: 'two', unit_price: null }],
      delete_items: [{ order_id: 7, line_no: 2, version: 5 }],
      dry_run: false,
    });
  });

  it('sends no cell of a line that goes, and no line that came and went', () => {
    const line = newLine();
    const draft = withRemoved(
      withoutLine(withLine(type(UNTOUCHED, QUANTITY, '3'), line), line.id),
      1,
      true,
    );
    const { cells, insert_items } = changesOf(draft, DETAIL, DESK, 'op');
    expect([cells, insert_items]).toEqual([[], []]);
    expect(changesOf(withRemoved(draft, 1, false), DETAIL, DESK, 'op').cells).toHaveLength(1);
  });
});

describe('a refused form', () => {
  const problem = (path: string) => ({ code: 'X', path, sentence: 'No.', hint: null });
  const refusal = (...paths: string[]) =>
    new ApiError(422, { title: 'Refused', problems: paths.map(problem) } as never, null);

  it('says what is wrong at each field', () => {
    const line = newLine();
    const draft = withLine(type(type(UNTOUCHED, NOTE, 'x'), NAME, ''), line);
    const faults = formFaultsOf(
      refusal('$.cells[1].value', '$.insert_items[0].quantity', '$.reason'),
      draft,
    );
    expect(faults.map(({ target }) => target)).toEqual([
      cellId('customer:C1:name'),
      lineId(line.id, 'quantity'),
      null,
    ]);
    expect(faultAt(faults, cellId('customer:C1:name'))).toBe('No.');
  });

  it('of a new order, too', () => {
    const line = newLine();
    const draft = withLine(UNTOUCHED, line);
    const faults = formFaultsOf(refusal('$.fields.customer_id', '$.items[0].product_id'), draft);
    expect(faults.map(({ target }) => target)).toEqual([
      cellId('order:new:customer_id'),
      lineId(line.id, 'product_id'),
    ]);
  });

  it('says why where nothing is to blame', () => {
    expect(formFaultsOf(new Offline(), UNTOUCHED)[0]?.target).toBe(null);
  });
});
