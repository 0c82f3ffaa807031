// Cells that are more than text: the boxes that choose orders, and the order's number with who is
// there and whether it still belongs to what is shown.
import { Tooltip } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { isChosen, isNothing, NOTHING_CHOSEN, toggled, withAll } from '../selection';
import { useStore } from '../store';
import type { OrderRow, Person } from '../types';
import { useBench } from './bench';
import classes from './cells.module.css';

let lastChosen: string | null = null;

export function ChooseBox({ row }: { row: OrderRow }) {
  const { chosen, grid } = useBench();
  const selection = useStore(chosen);
  const id = row.order_id;
  const choose = (withShift: boolean) => {
    const between = withShift && lastChosen ? grid.current?.between(lastChosen, String(id)) : null;
    chosen.set(
      between
        ? withAll(
            selection,
            between.map((one) => one.order_id),
          )
        : toggled(selection, id),
    );
    lastChosen = String(id);
  };
  const shift = useRef(false);
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      className={classes.box}
      aria-label={`Choose order ${id}`}
      checked={isChosen(selection, id)}
      onClick={(event) => {
        shift.current = event.shiftKey;
      }}
      onChange={() => choose(shift.current)}
    />
  );
}

/** All that match, or none. */
export function ChooseAll() {
  const { chosen } = useBench();
  const selection = useStore(chosen);
  const all = selection.all && selection.except.size === 0;
  return (
    <input
      type="checkbox"
      className={classes.box}
      aria-label="Choose all orders that match"
      checked={all}
      ref={(box) => {
        if (box) box.indeterminate = !all && !isNothing(selection);
      }}
      onChange={() => chosen.set(all ? NOTHING_CHOSEN : { all: true, except: new Set() })}
    />
  );
}

const COLOURS = 7;

/** The same person always wears the same colour. */
export const colourOf = ({ client_id, actor }: Person): string => {
  let sum = 0;
  for (const letter of actor + client_id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return `var(--mu-series-${(sum % COLOURS) + 1})`;
};

export function OrderNumber({ row }: { row: OrderRow }) {
  const bench = useBench();
  const id = row.order_id;
  const here = useStore(bench.people).filter((one) => one.order_id === id && !one.me);
  const left = useStore(bench.unmatched).has(id);
  return (
    <span className={classes.number}>
      {here.slice(0, 2).map((person) => (
        <Tooltip key={person.client_id} label={`${person.actor} is here`}>
          <span
            className={classes.dot}
            style={{ background: colourOf(person) }}
            role="img"
            aria-label={`${person.actor} is here`}
          />
        </Tooltip>
      ))}
      {left && (
        <Tooltip label="No longer matches the filter; it goes with the next refresh">
          <span role="img" aria-label="No longer matches" className={classes.left}>
            <IconFilterOff size={14} aria-hidden />
          </span>
        </Tooltip>
      )}
      <Link
        to="/orders"
        search={(before) => ({ ...before, order: id })}
        tabIndex={-1}
        className={classes.link}
      >
        {id}
      </Link>
    </span>
  );
}
