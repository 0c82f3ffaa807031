// The marked block of a grid: kept here, drawn on the cells that exist, told to who listens. The
// library's own ranges are not part of its free edition.
import type { GridApi } from 'ag-grid-community';
import { type Block, contains, extended, isOneCell, type Spot } from './block';

export class Marking {
  block: Block | null = null;
  readonly #root: () => HTMLElement | null;
  readonly #columns: () => string[];
  readonly #say: (block: Block | null) => void;

  constructor(
    root: () => HTMLElement | null,
    columns: () => string[],
    say: (block: Block | null) => void,
  ) {
    this.#root = root;
    this.#columns = columns;
    this.#say = say;
  }

  isMarked(row: number | null | undefined, column: string): boolean {
    if (row == null || this.block === null || isOneCell(this.block)) return false;
    return contains(this.block, row, this.#columns().indexOf(column));
  }

  /** One cell is where a block may begin. */
  begin(spot: Spot | null): void {
    this.#set(spot && { from: spot, to: spot });
  }

  to(spot: Spot): void {
    this.#set({ from: this.block?.from ?? spot, to: spot });
  }

  step(key: string, api: GridApi): void {
    if (this.block === null) return;
    const bounds = { rows: api.getDisplayedRowCount(), columns: this.#columns().length };
    this.#set(extended(this.block, key, bounds));
    api.ensureIndexVisible(this.block.to.row);
    const column = this.#columns()[this.block.to.column];
    if (column !== undefined) api.ensureColumnVisible(column);
  }

  /** Cells that exist get the mark at once; those that come later ask `isMarked`. */
  draw(): void {
    for (const cell of this.#root()?.querySelectorAll('.ag-row .ag-cell') ?? []) {
      const row = Number(cell.closest('.ag-row')?.getAttribute('row-index'));
      cell.classList.toggle('mu-marked', this.isMarked(row, cell.getAttribute('col-id') ?? ''));
    }
  }

  #set(block: Block | null): void {
    this.block = block;
    this.draw();
    this.#say(block);
  }
}
