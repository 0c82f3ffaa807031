// Who else is at the desk, and on which order.
import { Group, Tooltip } from '@mantine/core';
import { useBench } from '../grid/bench';
import { colourOf } from '../grid/cells';
import { useStore } from '../store';
import classes from './toolbar.module.css';

const MOST = 6;

const initials = (name: string): string =>
  name
    .split(/[\s@._-]+/)
    .slice(0, 2)
    .map((part) => part.charAt(0).toUpperCase())
    .join('');

export function People() {
  const others = useStore(useBench().people).filter(({ me }) => !me);
  if (others.length === 0) return null;
  const where = (order: number | null) => (order === null ? 'is here' : `is on order ${order}`);
  return (
    <Group gap={4} component="ul" m={0} p={0} aria-label="Who else is here">
      {others.slice(0, MOST).map((one) => (
        <Tooltip key={one.client_id} label={`${one.actor} ${where(one.order_id)}`}>
          <li
            className={classes.person}
            style={{ borderColor: colourOf(one) }}
            aria-label={`${one.actor} ${where(one.order_id)}`}
          >
            {initials(one.actor)}
          </li>
        </Tooltip>
      ))}
      {others.length > MOST && <li>+{others.length - MOST}</li>}
    </Group>
  );
}
