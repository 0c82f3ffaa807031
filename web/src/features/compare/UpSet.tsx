// Four to six segments: a column for each region, its bar above, its members' dots below.
import { ScrollArea, Text } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { count, plural, shortCount } from '@/lib/format';
import { Badge } from './Badge';
import classes from './Compare.module.css';
import { type Compared, choiceOfRegion, type Region } from './logic';
import { type Column, type Upset, upsetOf } from './upset';

type Props = {
  compared: Compared[];
  regions: Region[];
  chosen: string | null;
  onChoose: (key: string | null) => void;
};

export function UpSet({ compared, regions, chosen, onChoose }: Props) {
  const drawn = upsetOf(
    compared.map((one) => one.name),
    regions,
  );
  return (
    <>
      <div className={classes.upset}>
        <div className={classes.sets} style={{ paddingTop: drawn.dotsTop }} aria-hidden>
          {compared.map((one) => (
            <div key={one.name} className={classes.set} style={{ height: drawn.rowHeight }}>
              <Badge one={one} />
              <Text size="xs" truncate className={classes.setName}>
                {one.title}
              </Text>
            </div>
          ))}
        </div>
        <ScrollArea type="auto" offsetScrollbars="x" style={{ flex: 1, minWidth: 0 }}>
          {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
          <svg
            width={drawn.width}
            height={drawn.height}
            className={classes.columns}
            role="group"
            aria-label="Regions of the compared segments as columns"
          >
            {compared.map((one, row) => (
              <rect
                key={one.name}
                x={0}
                y={drawn.dotsTop + row * drawn.rowHeight}
                width={drawn.width}
                height={drawn.rowHeight}
                className={classes.stripe}
                data-odd={row % 2 === 1 || undefined}
              />
            ))}
            {drawn.columns.map((column) => (
              <Part
                key={column.region.key}
                drawn={drawn}
                column={column}
                compared={compared}
                chosen={chosen === column.region.key}
                onChoose={() => onChoose(chosen === column.region.key ? null : column.region.key)}
              />
            ))}
          </svg>
        </ScrollArea>
      </div>
      <Text size="xs" c="dimmed" mt="xs">
        Each column is who is in exactly the segments with a dot.
        {drawn.more > 0 && ` ${plural(drawn.more, 'smaller region')} in the table.`}
      </Text>
    </>
  );
}

type PartProps = {
  drawn: Upset;
  column: Column;
  compared: Compared[];
  chosen: boolean;
  onChoose: () => void;
};

function Part({ drawn, column, compared, chosen, onChoose }: PartProps) {
  const { region, x, bar, dots, line } = column;
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    onChoose();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: there are no buttons within a drawing
    <g
      role="button"
      tabIndex={0}
      aria-pressed={chosen}
      aria-label={`${count(region.size)} ${choiceOfRegion(compared, region).sentence}`}
      className={classes.column}
      onClick={onChoose}
      onKeyDown={press}
    >
      <rect
        x={x - drawn.columnWidth / 2 + 1}
        y={1}
        width={drawn.columnWidth - 2}
        height={drawn.height - 2}
        rx={6}
        className={classes.target}
      />
      <text x={x} y={bar.y - 6} className={classes.size}>
        {shortCount(region.size)}
      </text>
      <rect x={x - 9} y={bar.y} width={18} height={bar.height} rx={2} className={classes.bar} />
      {dots.map(
        (dot) =>
          !dot.inside && <circle key={dot.y} cx={x} cy={dot.y} r={3} className={classes.dot} />,
      )}
      {line && <line x1={x} x2={x} y1={line.from} y2={line.to} className={classes.join} />}
      {dots.map(
        (dot) =>
          dot.inside && (
            <circle key={dot.y} cx={x} cy={dot.y} r={6} className={classes.dot} data-inside />
          ),
      )}
    </g>
  );
}
