// A marked rectangle of cells: from where it began to where the focus is. Columns are places among
// the shown ones, rows are places in the list.

export type Spot = { row: number; column: number };
export type Block = { from: Spot; to: Spot };
export type Bounds = { rows: number; columns: number };

export type Rectangle = { top: number; bottom: number; left: number; right: number };

/** Its edges, all inclusive. */
export const rectangle = ({ from, to }: Block): Rectangle => ({
  top: Math.min(from.row, to.row),
  bottom: Math.max(from.row, to.row),
  left: Math.min(from.column, to.column),
  right: Math.max(from.column, to.column),
});

export const contains = (block: Block | null, row: number, column: number): boolean => {
  if (block === null) return false;
  const { top, bottom, left, right } = rectangle(block);
  return row >= top && row <= bottom && column >= left && column <= right;
};

/** How many cells it has. */
export const sizeOf = (block: Block): { rows: number; columns: number } => {
  const { top, bottom, left, right } = rectangle(block);
  return { rows: bottom - top + 1, columns: right - left + 1 };
};

export const isOneCell = (block: Block): boolean =>
  block.from.row === block.to.row && block.from.column === block.to.column;

const STEPS: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const within = (value: number, count: number): number => Math.max(0, Math.min(count - 1, value));

/** The block after Shift and an arrow: its moving corner goes one step, and stays in the list. */
export const extended = (block: Block, key: string, bounds: Bounds): Block => {
  const [down, across] = STEPS[key] ?? [0, 0];
  return {
    from: block.from,
    to: {
      row: within(block.to.row + down, bounds.rows),
      column: within(block.to.column + across, bounds.columns),
    },
  };
};

/**
 * What a pasted table fills from a spot on: once as it is; again and again where a marked block is
 * a multiple of it, as spreadsheets do. Values beyond the last column or row are left out.
 */
export const pastedCells = (
  table: readonly (readonly string[])[],
  block: Block,
  bounds: Bounds,
): { row: number; column: number; value: string }[] => {
  const { top, left } = rectangle(block);
  const marked = sizeOf(block);
  const tall = table.length;
  const wide = Math.max(0, ...table.map((row) => row.length));
  if (tall === 0 || wide === 0) return [];
  const rows = marked.rows % tall === 0 ? marked.rows : tall;
  const columns = marked.columns % wide === 0 ? marked.columns : wide;
  const cells = [];
  for (let down = 0; down < Math.min(rows, bounds.rows - top); down += 1)
    for (let across = 0; across < Math.min(columns, bounds.columns - left); across += 1) {
      const value = table[down % tall]?.[across % wide];
      if (value !== undefined) cells.push({ row: top + down, column: left + across, value });
    }
  return cells;
};
