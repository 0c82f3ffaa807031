// The names of the series; pressing one hides it or shows it again.
import { Group, UnstyledButton } from '@mantine/core';
import classes from './ChartFrame.module.css';
import type { Frame } from './data';

type Props = { frame: Frame; hidden: ReadonlySet<string>; onToggle: (name: string) => void };

export function Legend({ frame, hidden, onToggle }: Props) {
  return (
    <Group gap={4} component="ul" className={classes.legend} aria-label="Series">
      {frame.series.map((one) => (
        <li key={one.name}>
          <UnstyledButton
            className={classes.series}
            aria-pressed={!hidden.has(one.name)}
            aria-label={`Show ${one.name}`}
            onClick={() => onToggle(one.name)}
          >
            <span
              className={classes.swatch}
              data-bars={one.kind === 'bars' || undefined}
              style={{ background: `var(--mu-series-${one.colour})` }}
            />
            {one.name}
          </UnstyledButton>
        </li>
      ))}
    </Group>
  );
}
