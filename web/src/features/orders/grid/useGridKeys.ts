// The keys of the desk, so that the help lists them; those of cells are the grid's own.
import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { type Key, useKeys } from '@/lib/keys';
import type { GridHandle } from '@/ui/grid/types';
import type { OrderRow } from '../types';
import type { Undo } from './useUndo';

const AREA = 'Orders';

const TOLD: [string, string][] = [
  ['Enter', 'Edit the cell (F2 too)'],
  ['Escape', 'Leave the edit, or unmark the block'],
  ['shift+ArrowDown', 'Mark a block (any arrow)'],
  ['mod+c', 'Copy the marked cells'],
  ['mod+v', 'Paste from the focused cell on'],
  ['mod+d', 'Fill the block from its first row'],
  ['Delete', 'Empty the marked cells'],
  [' ', 'Choose the row'],
  ['alt+Enter', 'Open the order'],
  ['alt+ArrowDown', 'Filter, on the head of a column'],
];

type Props = { undo: Undo; canEdit: boolean; grid: RefObject<GridHandle<OrderRow> | null> };

export function useGridKeys({ undo, canEdit, grid }: Props): void {
  const navigate = useNavigate();
  const doing: Key[] = canEdit
    ? [
        {
          keys: 'mod+z',
          label: 'Undo the last change',
          area: AREA,
          act: () => undo.run('undo'),
        },
        {
          keys: 'mod+y',
          label: 'Do it again',
          area: AREA,
          act: () => undo.run('redo'),
        },
        {
          keys: 'mod+shift+z',
          label: 'Do it again',
          area: AREA,
          act: () => undo.run('redo'),
        },
        {
          keys: 'n',
          label: 'New order',
          area: AREA,
          act: () => void navigate({ to: '/orders/new' }),
        },
      ]
    : [];
  useKeys([
    { keys: 'j', label: 'To the grid', area: AREA, act: () => grid.current?.focus() },
    ...doing,
    ...TOLD.map(([keys, label]) => ({ keys, label, area: AREA })),
  ]);
}
