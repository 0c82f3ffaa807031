// A segment's letter on its colour; what names it stands beside, or is said to those who listen.
import { VisuallyHidden } from '@mantine/core';
import classes from './Compare.module.css';
import type { Compared } from './logic';

export function Badge({ one, named = false }: { one: Compared; named?: boolean }) {
  return (
    <>
      <span
        className={classes.badge}
        data-colour={one.colour}
        title={named ? one.title : undefined}
        aria-hidden
      >
        {one.letter}
      </span>
      {named && <VisuallyHidden>{one.title}</VisuallyHidden>}
    </>
  );
}
