// The head of a column: pressing it sorts (with Shift as well as the others), the funnel filters.
import { IconArrowDown, IconArrowUp, IconFilter } from '@tabler/icons-react';
import type { IHeaderParams } from 'ag-grid-community';
import { useEffect, useSyncExternalStore } from 'react';
import type { GridContext } from './context';
import classes from './Grid.module.css';

export function Head(props: IHeaderParams<unknown, GridContext>) {
  const { column, eGridHeader, context } = props;
  const id = column.getColId();
  const heads = useSyncExternalStore(context.heads.subscribe, context.heads.read);
  const place = heads.sort.findIndex((one) => one.column === id);
  const sort = heads.sort[place];
  const known = context.column(id);
  const order = sort && (sort.descending ? 'descending' : 'ascending');
  useEffect(() => {
    if (!known?.sortable) return;
    eGridHeader.setAttribute('aria-sort', order ?? 'none');
  }, [eGridHeader, order, known]);
  if (!known) return null;
  if (known.Header) return <known.Header />;
  const Sign = sort?.descending ? IconArrowDown : IconArrowUp;
  const filtered = heads.filtered.has(id);
  return (
    <div className={classes.head} data-number={known.number || undefined}>
      <button
        type="button"
        tabIndex={-1}
        className={classes.title}
        disabled={!known.sortable}
        onClick={(event) => context.events().onSort(id, event.shiftKey)}
      >
        <span className={classes.words}>{known.title}</span>
        {sort && <Sign size={14} aria-hidden />}
        {sort && heads.sort.length > 1 && <span className={classes.place}>{place + 1}</span>}
      </button>
      {known.filterable && (
        <button
          type="button"
          tabIndex={-1}
          className={classes.funnel}
          data-on={filtered || undefined}
          aria-label={`Filter ${known.title}`}
          onClick={(event) => context.events().onFilter(id, event.currentTarget)}
        >
          <IconFilter size={14} aria-hidden fill={filtered ? 'currentColor' : 'none'} />
        </button>
      )}
    </div>
  );
}
