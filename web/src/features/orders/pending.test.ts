import { describe, expect, it } from 'vitest';
import { ApiError, Offline } from '@/api/errors';
import {
  begun,
  failures,
  NONE_PENDING,
  OwnWrites,
  type PendingCell,
  pendingAt,
  refused,
  settled,
} from './pending';

const cell = (more: Partial<PendingCell> = {}): PendingCell => ({
  orderId: 7,
  field: 'note',
  base: 'a',
  value: 'b',
  typed: 'b',
  state: 'saving',
  sentence: null,
  ...more,
});
const bad = (place: number, sentence: string, hint: string | null = null) => ({
  code: 'X',
  path: `$.cells[${place}].value`,
  sentence,
  hint,
});
const refusal = (...problems: ReturnType<typeof bad>[]) =>
  new ApiError(422, { title: 'Refused', code: 'BAD_CELLS', problems } as never, null);

describe('a cell on its way', () => {
  it('shows what was typed until it is settled', () => {
    const pending = begun(NONE_PENDING, [cell()]);
    expect(pendingAt(pending, 7, 'note')?.typed).toBe('b');
    expect(settled(pending, [cell()]).size).toBe(0);
  });

  it('stays when it was edited again since', () => {
    const pending = begun(begun(NONE_PENDING, [cell()]), [cell({ value: 'c', typed: 'c' })]);
    expect(pendingAt(settled(pending, [cell()]), 7, 'note')?.typed).toBe('c');
  });

  it('keeps its first base when a refused edit is mended', () => {
    const failed = refused(NONE_PENDING, [cell()], refusal(bad(0, 'Too long.')));
    expect(pendingAt(begun(failed, [cell({ base: 'b' })]), 7, 'note')?.base).toBe('a');
  });
});

describe('a refused deed', () => {
  it('says at each cell what is wrong with it', () => {
    const cells = [cell(), cell({ field: 'coupon' })];
    const pending = refused(NONE_PENDING, cells, refusal(bad(1, 'Too long.', 'At most 40.')));
    expect(pendingAt(pending, 7, 'coupon')?.sentence).toBe('Too long. At most 40.');
    expect(pendingAt(pending, 7, 'note')?.sentence).toBe('Not saved: others were refused.');
    expect(pendingAt(pending, 7, 'note')?.typed).toBe('b');
    expect(failures(pending)).toHaveLength(2);
  });

  it('says why everything failed where no cell is to blame', () => {
    const pending = refused(NONE_PENDING, [cell()], new Offline());
    expect(pendingAt(pending, 7, 'note')?.sentence).toContain('cannot be reached');
  });
});

describe('an edit typed while the one before is on its way', () => {
  it('begins from that one', () => {
    const writes = new OwnWrites();
    expect(writes.baseOf(cell({ base: 'a' }))).toBe('a');
    writes.remember([cell({ base: 'a', value: 'b' })]);
    expect(writes.baseOf(cell({ base: 'a', value: 'c' }))).toBe('b');
    expect(writes.baseOf(cell({ base: 'z' }))).toBe('z');
  });
});
