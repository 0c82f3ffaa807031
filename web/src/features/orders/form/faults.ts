// What the server refused of a form, at the fields it speaks of, for the summary at the top.
import { ApiError, told } from '@/api/errors';
import { cellsOf, type FormDraft, spotKey } from './draft';

export type FormFault = {
  /** The id of the field it is about; null: the form as a whole. */
  target: string | null;
  sentence: string;
};

export const cellId = (key: string): string => `cell-${key.replace(/[^\w-]+/g, '-')}`;
export const lineId = (line: number, part: string): string => `line-${line}-${part}`;

const CELL = /cells\[(\d+)\]/;
const LINE = /(?:insert_)?items\[(\d+)\](?:\.(\w+))?/;
const NEW_FIELD = /fields\.(\w+)/;

const targetOf = (path: string, draft: FormDraft): string | null => {
  const cell = path.match(CELL);
  if (cell) {
    const found = cellsOf(draft)[Number(cell[1])];
    return found ? cellId(spotKey(found)) : null;
  }
  const field = path.match(NEW_FIELD);
  if (field) return cellId(spotKey({ entity: 'order', key: 'new', field: field[1] as string }));
  const line = path.match(LINE);
  const added = line && draft.added[Number(line[1])];
  return added ? lineId(added.id, line[2] ?? 'product_id') : null;
};

/** One entry for each fault; a refusal without any is one of the whole form. */
export const formFaultsOf = (error: unknown, draft: FormDraft): FormFault[] => {
  const faults = error instanceof ApiError ? error.faults : [];
  if (faults.length > 0)
    return faults.map(({ path, sentence, hint }) => ({
      target: targetOf(path, draft),
      sentence: hint ? `${sentence} ${hint}` : sentence,
    }));
  const { sentence, hint } = told(error);
  return [{ target: null, sentence: hint ? `${sentence} ${hint}` : sentence }];
};

export const faultAt = (faults: readonly FormFault[], target: string): string | undefined =>
  faults.find((one) => one.target === target)?.sentence;
