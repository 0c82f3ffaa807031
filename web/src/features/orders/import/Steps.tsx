// How far an import is.

import classes from './import.module.css';
import type { Import } from './types';

const STEPS = ['File', 'Columns', 'Try out', 'Done'];
const AT: Record<Import['state'], number> = {
  read: 1,
  checked: 2,
  applied: 3,
  reverted: 3,
  dropped: 3,
};

export function Steps({ state }: { state: Import['state'] }) {
  const here = AT[state];
  return (
    <ol className={classes.steps} aria-label="Steps of the import">
      {STEPS.map((name, place) => (
        <li
          key={name}
          className={classes.step}
          data-done={place < here || undefined}
          aria-current={place === here ? 'step' : undefined}
        >
          {place + 1}. {name}
        </li>
      ))}
    </ol>
  );
}
