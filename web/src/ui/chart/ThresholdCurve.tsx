// How many it would be with another number: a curve with a handle to drag, or to move by keys.
import { Group, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { count, day, NOTHING, signed } from '@/lib/format';
import { CurveTable } from './CurveTable';
import {
  type CurvePoint,
  likeThat,
  numberOf,
  type Place,
  placesOf,
  type Scale,
  scaleOf,
  sizeAt,
  snapped,
  stepped,
  ticks,
} from './curve';
import classes from './ThresholdCurve.module.css';

type Props = {
  /** What it is about: "Minutes watched at least". */
  title: string;
  points: CurvePoint[];
  /** What the rule says now. */
  present: number | string;
  unit?: string | null;
  /** The handle was moved: called while it moves, too. */
  onDrag?: (number: number | string) => void;
  /** The handle was let go, or a key was pressed. */
  onDrop?: (number: number | string) => void;
  /** Any number between the points, too. */
  free?: boolean;
  /** Who is counted. */
  noun?: string;
  height?: number;
};

const PIXELS_PER_TICK = 72;
const PAD = 10;

export function ThresholdCurve(props: Props) {
  const { title, points, present, unit, noun = 'people', height = 96 } = props;
  const { ref, width } = useElementSize();
  const [asTable, setAsTable] = useState(false);
  const places = useMemo(() => placesOf(points), [points]);
  const scale = useMemo(() => scaleOf(places), [places]);
  const handle = useHandle(props, places, scale);
  if (places.length < 2) return <Text c="dimmed">There is only one number to choose from.</Text>;

  const room = Math.max(1, (width || 320) - 2 * PAD);
  const most = Math.max(1, ...places.map((place) => place.size));
  const left = (x: number) => PAD + scale.at(x) * room;
  const top = (size: number) => 4 + (1 - size / most) * (height - 8);
  const { size, about } = sizeAt(places, handle.x);
  const say = (x: number) => told(x, present, unit);
  const line = places.map((place) => `${left(place.x).toFixed(1)},${top(place.size).toFixed(1)}`);
  const ends = `${left(places.at(-1)?.x ?? 0)},${height} ${left(places[0]?.x ?? 0)},${height}`;
  const Sign = asTable ? IconChartLine : IconTable;
  return (
    <div className={classes.box}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" className="mu-numbers">
          <Text span fw={700}>
            {say(handle.x)}
          </Text>{' '}
          <Text span c="dimmed">
            would be {about && 'about '}
          </Text>
          <Text span fw={700}>
            {count(size)} {noun}
          </Text>
          {handle.from !== null && handle.from !== handle.x && (
            <Text span c="dimmed">
              {' '}
              ({signed(size - sizeAt(places, handle.from).size)})
            </Text>
          )}
        </Text>
        <UnstyledButton
          className={classes.view}
          aria-label={asTable ? `View the curve: ${title}` : `View data: ${title}`}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          <Sign size={16} aria-hidden />
        </UnstyledButton>
      </Group>
      {asTable && <CurveTable title={title} points={points} present={present} say={say} />}
      <div
        ref={ref}
        className={classes.plot}
        hidden={asTable}
        style={{ height: height + 20 }}
        {...handle.pointer}
      >
        <svg width="100%" height={height + 20} aria-hidden>
          <polygon points={`${line.join(' ')} ${ends}`} className={classes.area} />
          <polyline points={line.join(' ')} className={classes.line} />
          <line x1={PAD} x2={PAD + room} y1={height} y2={height} className={classes.axis} />
          <line
            x1={left(handle.x)}
            x2={left(handle.x)}
            y1={0}
            y2={height}
            className={classes.mark}
          />
          {ticks(places, scale, Math.floor(room / PIXELS_PER_TICK)).map((x, nth, all) => (
            <text
              key={x}
              x={left(x)}
              y={height + 15}
              textAnchor={nth === 0 ? 'start' : nth === all.length - 1 ? 'end' : 'middle'}
              className={classes.tick}
            >
              {told(x, present, null)}
            </text>
          ))}
        </svg>
        <div
          role="slider"
          tabIndex={props.onDrag || props.onDrop ? 0 : -1}
          aria-label={title}
          aria-valuemin={places[0]?.x}
          aria-valuemax={places.at(-1)?.x}
          aria-valuenow={handle.x}
          aria-valuetext={`${say(handle.x)}: ${about ? 'about ' : ''}${count(size)} ${noun}`}
          aria-disabled={!(props.onDrag || props.onDrop)}
          className={classes.handle}
          style={{ left: left(handle.x), top: top(size) }}
          onKeyDown={handle.press}
        />
      </div>
      {scale.even && !asTable && (
        <VisuallyHidden>The numbers on the axis stand at uneven distances.</VisuallyHidden>
      )}
    </div>
  );
}

/** Where the handle stands: where it was moved to, until the rule says another number. */
const useHandle = (props: Props, places: Place[], scale: Scale) => {
  const { present, onDrag, onDrop, free = false } = props;
  const [moved, setMoved] = useState<{ x: number; present: number | string } | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const x = moved !== null && moved.present === present ? moved.x : numberOf(present);
  const movable = onDrag !== undefined || onDrop !== undefined;

  const move = (to: number) => {
    if (to === x) return;
    setMoved({ x: to, present });
    onDrag?.(likeThat(to, present));
  };
  const under = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - PAD) / Math.max(1, box.width - 2 * PAD);
    return snapped(places, scale.x(share), free);
  };
  return {
    x,
    from,
    press: (event: KeyboardEvent) => {
      const to = movable ? stepped(places, x, event.key) : null;
      if (to === null) return;
      event.preventDefault();
      move(to);
      onDrop?.(likeThat(to, present));
    },
    pointer: movable && {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.querySelector<HTMLElement>('[role=slider]')?.focus();
        event.preventDefault();
        setFrom(x);
        move(under(event));
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (from !== null) move(under(event));
      },
      onPointerUp: () => {
        if (from !== null && from !== x) onDrop?.(likeThat(x, present));
        setFrom(null);
      },
      onPointerCancel: () => setFrom(null),
    },
  };
};

const told = (x: number, example: number | string, unit: string | null | undefined): string => {
  if (Number.isNaN(x)) return NOTHING;
  if (typeof example === 'string' && Number.isNaN(Number(example)))
    return day(new Date(x).toISOString(), 'UTC');
  return unit ? `${count(x)} ${unit}` : count(x);
};
