// One part of the circles: cut out of them, with its number where there is room.
import type { KeyboardEvent, ReactNode } from 'react';
import { count } from '@/lib/format';
import classes from './Compare.module.css';
import type { Circle, Mask } from './circles';

const ROOM_FOR_NUMBER = 13;

type Props = {
  id: string;
  mask: Mask;
  circles: Circle[];
  label?: { x: number; y: number; room: number };
  size: number;
  name: string;
  chosen: boolean;
  over: boolean;
  onPress: (event: KeyboardEvent) => void;
};

export function VennPart({ id, mask, circles, label, size, name, chosen, over, onPress }: Props) {
  const inside = circles.map((_, place) => place).filter((place) => mask & (1 << place));
  const outside = circles.filter((_, place) => !(mask & (1 << place)));
  const cut = `${id}-cut-${mask}`;
  let clipped: ReactNode = (
    <rect width="100%" height="100%" className={classes.part} mask={`url(#${cut})`} />
  );
  for (const place of inside) clipped = <g clipPath={`url(#${id}-${place})`}>{clipped}</g>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: there are no buttons within a drawing
    <g
      role="button"
      tabIndex={0}
      aria-label={name}
      aria-pressed={chosen}
      className={classes.region}
      data-over={over || undefined}
      onKeyDown={onPress}
    >
      <mask id={cut}>
        <rect width="100%" height="100%" fill="white" />
        {outside.map((one) => (
          <circle key={`${one.x} ${one.y}`} cx={one.x} cy={one.y} r={one.r} fill="black" />
        ))}
      </mask>
      {clipped}
      {label && label.room >= ROOM_FOR_NUMBER && (
        <text
          x={label.x}
          y={label.y}
          className={classes.number}
          fontSize={Math.min(20, Math.max(11, label.room * 0.55))}
        >
          {count(size)}
        </text>
      )}
    </g>
  );
}
