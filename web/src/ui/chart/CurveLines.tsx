// The drawn part of a threshold curve: line, ground, axis, and where the handle stands.
import { count, day, NOTHING, shortDay } from '@/lib/format';
import { type Place, type Scale, ticks } from './curve';
import classes from './ThresholdCurve.module.css';

export const PAD = 10;
const PIXELS_PER_TICK = 76;
const LONG_MILLISECONDS = 300 * 86_400_000;

export type Drawn = ReturnType<typeof drawing>;

/** Where numbers and sizes stand in a box of that many pixels. */
export const drawing = (places: Place[], scale: Scale, width: number, height: number) => {
  const room = Math.max(1, width - 2 * PAD);
  const most = Math.max(1, ...places.map((place) => place.size));
  return {
    room,
    height,
    left: (x: number) => PAD + scale.at(x) * room,
    top: (size: number) => 4 + (1 - size / most) * (height - 8),
  };
};

/** A number, or a day where the example is one. */
export const told = (
  x: number,
  example: number | string,
  unit: string | null | undefined,
  brief = false,
): string => {
  if (Number.isNaN(x)) return NOTHING;
  if (typeof example === 'string' && Number.isNaN(Number(example)))
    return (brief ? shortDay : day)(new Date(x).toISOString(), 'UTC');
  return unit ? `${count(x)} ${unit}` : count(x);
};

type Props = {
  drawn: Drawn;
  places: Place[];
  scale: Scale;
  x: number;
  example: number | string;
};

export function CurveLines({ drawn, places, scale, x, example }: Props) {
  const { room, height, left, top } = drawn;
  const [low, high] = [places[0]?.x ?? 0, places.at(-1)?.x ?? 0];
  const brief = high - low < LONG_MILLISECONDS;
  const line = places
    .map((place) => `${left(place.x).toFixed(1)},${top(place.size).toFixed(1)}`)
    .join(' ');
  return (
    <svg width="100%" height={height + 20} aria-hidden>
      <polygon
        points={`${line} ${left(high)},${height} ${left(low)},${height}`}
        className={classes.area}
      />
      <polyline points={line} className={classes.line} />
      <line x1={PAD} x2={PAD + room} y1={height} y2={height} className={classes.axis} />
      <line x1={left(x)} x2={left(x)} y1={0} y2={height} className={classes.mark} />
      {ticks(places, scale, Math.floor(room / PIXELS_PER_TICK)).map((tick, nth, all) => (
        <text
          key={tick}
          x={left(tick)}
          y={height + 15}
          textAnchor={nth === 0 ? 'start' : nth === all.length - 1 ? 'end' : 'middle'}
          className={classes.tick}
        >
          {told(tick, example, null, brief)}
        </text>
      ))}
    </svg>
  );
}
