// An order as it is being edited in its form: what was typed over what is there, lines that come
// and go. Pure; nothing is lost until it is saved.
import { fieldOf, same, sent, typed as typedText } from '../fields';
import type { CellChange, Desk, Draft, Field, OrderDetail, Value } from '../types';

export type Entity = CellChange['entity'];
export type Spot = { entity: Entity; key: string; field: string };
export type AddedLine = { id: number; product_id: string; quantity: string; unit_price: string };
export type FormDraft = {
  /** What was typed, by `spotKey`. */
  cells: Readonly<Record<string, Spot & { typed: string }>>;
  added: readonly AddedLine[];
  removed: ReadonlySet<number>;
  reason: string;
};

export const UNTOUCHED: FormDraft = { cells: {}, added: [], removed: new Set(), reason: '' };

export const spotKey = ({ entity, key, field }: Spot): string => `${entity}:${key}:${field}`;

export const fieldAt = (desk: Desk, { entity, field }: Spot): Field | undefined => {
  const fields = { order: desk.fields, item: desk.item_fields, customer: desk.customer_fields };
  return fields[entity].find((one) => one.name === field) ?? fieldOf(desk, field);
};

/** What is there now. */
export const savedAt = (detail: OrderDetail, { entity, key, field }: Spot): Value => {
  if (entity === 'order') return detail.order[field] ?? null;
  if (entity === 'customer')
    return (detail.customer as Record<string, Value> | null)?.[field] ?? null;
  const line = detail.items.find((one) => key.endsWith(`/${one.line_no}`));
  return (line as Record<string, Value> | undefined)?.[field] ?? null;
};

const versionAt = (detail: OrderDetail, { entity, key }: Spot): number | null => {
  if (entity === 'order') return detail.order.row_version;
  if (entity === 'customer') return detail.customer?.row_version ?? null;
  return detail.items.find((one) => key.endsWith(`/${one.line_no}`))?.row_version ?? null;
};

/** What stands in a field: what was typed, else what is there. */
export const textAt = (draft: FormDraft, detail: OrderDetail, desk: Desk, spot: Spot): string => {
  const cell = draft.cells[spotKey(spot)];
  if (cell) return cell.typed;
  const field = fieldAt(desk, spot);
  const value = savedAt(detail, spot);
  return field ? typedText(field, value, desk) : String(value ?? '');
};

/** With something typed; what says the same as what is there is no change. */
export const withTyped = (
  draft: FormDraft,
  detail: OrderDetail,
  desk: Desk,
  spot: Spot,
  text: string,
): FormDraft => {
  const { [spotKey(spot)]: _, ...others } = draft.cells;
  const field = fieldAt(desk, spot);
  const saved = savedAt(detail, spot);
  const unchanged = field
    ? same(field, saved, sent(field, text, desk)) && text.trim() === text
    : text === String(saved ?? '');
  const cells = unchanged ? others : { ...others, [spotKey(spot)]: { ...spot, typed: text } };
  return { ...draft, cells };
};

export const withoutCell = (draft: FormDraft, spot: Spot): FormDraft => {
  const { [spotKey(spot)]: _, ...cells } = draft.cells;
  return { ...draft, cells };
};

let lines = 0;

export const newLine = (): AddedLine => {
  lines += 1;
  return { id: lines, product_id: '', quantity: '1', unit_price: '' };
};

export const withLine = (draft: FormDraft, line: AddedLine): FormDraft => {
  const known = draft.added.some((one) => one.id === line.id);
  const added = known
    ? draft.added.map((one) => (one.id === line.id ? line : one))
    : [...draft.added, line];
  return { ...draft, added };
};

export const withoutLine = (draft: FormDraft, id: number): FormDraft => ({
  ...draft,
  added: draft.added.filter((one) => one.id !== id),
});

/** Take a saved line away, or bring it back. */
export const withRemoved = (draft: FormDraft, line: number, gone: boolean): FormDraft => {
  const removed = new Set(draft.removed);
  if (gone) removed.add(line);
  else removed.delete(line);
  return { ...draft, removed };
};

export const isDirty = ({ cells, added, removed }: FormDraft): boolean =>
  Object.keys(cells).length > 0 || added.length > 0 || removed.size > 0;

const asNumber = (text: string): Value => {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
};

/** Lines as they are sent: what is no number stays as it was typed, for the server to refuse. */
export const linesOf = (added: readonly AddedLine[]) =>
  added.map(({ product_id, quantity, unit_price }) => ({
    product_id: product_id.trim(),
    quantity: asNumber(quantity),
    unit_price: unit_price.trim() === '' ? null : unit_price.trim(),
  }));

/** The cells in the order in which they are sent: faults name their places. */
export const cellsOf = (draft: FormDraft) =>
  Object.values(draft.cells).filter(
    ({ entity, key }) =>
      entity !== 'item' || ![...draft.removed].some((line) => key.endsWith(`/${line}`)),
  );

/** One deed of everything that was changed. */
export const changesOf = (
  draft: FormDraft,
  detail: OrderDetail,
  desk: Desk,
  opId: string,
): Draft => {
  const { order_id } = detail.order;
  return {
    op_id: opId,
    kind: 'form',
    reason: draft.reason.trim() || null,
    cells: cellsOf(draft).map(({ typed, ...spot }) => {
      const field = fieldAt(desk, spot);
      return {
        ...spot,
        base: savedAt(detail, spot),
        value: field ? sent(field, typed, desk) : typed,
        version: versionAt(detail, spot),
      };
    }),
    insert_items: linesOf(draft.added).map((line) => ({ order_id, ...line })),
    delete_items: [...draft.removed].map((line_no) => ({
      order_id,
      line_no,
      version: detail.items.find((one) => one.line_no === line_no)?.row_version ?? null,
    })),
    dry_run: false,
  };
};
