// The bars of a breakdown: a row for each part, in it a bar for each segment.
import { Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { percent } from '@/lib/format';
import classes from './Breakdown.module.css';
import { leaning, longest, type Row } from './breakdown-rows';

type Props = { label: string; rows: Row[]; names: string[] };

export function BreakdownBars({ label, rows, names }: Props) {
  const full = longest(rows);
  return (
    <ul className={classes.rows} aria-label={label}>
      {rows.map((row) => (
        <li key={`${row.kind} ${row.label}`} className={classes.row}>
          <Text size="sm" c={row.kind === 'missing' ? 'dimmed' : undefined} lineClamp={2}>
            {row.label}
          </Text>
          <div className={classes.cells}>
            {row.cells.map((cell, place) => (
              <Bar
                key={names[place]}
                cell={cell}
                everyone={row.shareOfEveryone}
                full={full}
                name={names.length > 1 ? (names[place] ?? '') : ''}
                colour={names.length > 1 ? `var(--mu-series-${place + 1})` : 'var(--mu-series-1)'}
              />
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

type BarProps = {
  cell: Row['cells'][number];
  everyone: number;
  full: number;
  name: string;
  colour: string;
};

function Bar({ cell, everyone, full, name, colour }: BarProps) {
  const index = cell.index === null ? '' : `, index ${Math.round(cell.index)}`;
  const spoken = `${name && `${name}: `}${percent(cell.share)}; everyone ${percent(everyone)}${index}`;
  return (
    <div className={classes.cell} role="img" aria-label={spoken} title={spoken}>
      <div className={classes.track}>
        <div
          className={classes.bar}
          style={{ width: `${(cell.share / full) * 100}%`, background: colour }}
        />
        <div className={classes.mark} style={{ left: `${(everyone / full) * 100}%` }} />
      </div>
      <span className={classes.share}>{percent(cell.share)}</span>
      <Index cell={cell} />
    </div>
  );
}

export function Index({ cell }: { cell: Row['cells'][number] }) {
  const how = leaning(cell);
  return (
    <span className={classes.index} data-leaning={how}>
      {how === 'more' && <IconArrowUp size={12} aria-hidden />}
      {how === 'less' && <IconArrowDown size={12} aria-hidden />}
      {cell.index === null ? '–' : Math.round(cell.index)}
    </span>
  );
}
