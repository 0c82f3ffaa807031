// How many it would be with another number: a curve with a handle to drag, or to move by keys.
import { Group, Text, VisuallyHidden } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, type PointerEvent, useMemo, useState } from 'react';
import { count, signed } from '@/lib/format';
import { CurveLines, drawing, PAD, told } from './CurveLines';
import { CurveTable } from './CurveTable';
import { CurveTools } from './CurveTools';
import {
  around,
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

const FEWEST_TO_ZOOM = 12;

export function ThresholdCurve(props: Props) {
  const { title, points, present, unit, noun = 'people', height = 96 } = props;
  const { ref, width } = useElementSize();
  const [asTable, setAsTable] = useState(false);
  const [near, setNear] = useState<number | null>(null);
  const all = useMemo(() => placesOf(points), [points]);
  const places = useMemo(() => (near === null ? all : around(all, near)), [all, near]);
  const scale = useMemo(() => scaleOf(places), [places]);
  const handle = useHandle(props, places, scale);
  if (places.length < 2) return <Text c="dimmed">There is only one number to choose from.</Text>;

  const drawn = drawing(places, scale, width || 320, height);
  const { size, about } = sizeAt(places, handle.x);
  const say = (x: number) => told(x, present, unit);
  const canMove = props.onDrag !== undefined || props.onDrop !== undefined;
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
        <CurveTools
          title={title}
          points={points}
          asTable={asTable}
          onTable={setAsTable}
          near={near !== null}
          onNear={
            all.length < FEWEST_TO_ZOOM ? null : (wanted) => setNear(wanted ? handle.x : null)
          }
        />
      </Group>
      {asTable && <CurveTable title={title} points={points} present={present} say={say} />}
      <div
        ref={ref}
        className={classes.plot}
        hidden={asTable}
        style={{ height: height + 20 }}
        {...handle.pointer}
      >
        <CurveLines drawn={drawn} places={places} scale={scale} x={handle.x} example={present} />
        <div
          role="slider"
          tabIndex={canMove ? 0 : -1}
          aria-label={title}
          aria-valuemin={places[0]?.x}
          aria-valuemax={places.at(-1)?.x}
          aria-valuenow={handle.x}
          aria-valuetext={`${say(handle.x)}: ${about ? 'about ' : ''}${count(size)} ${noun}`}
          aria-disabled={!canMove}
          className={classes.handle}
          style={{ left: drawn.left(handle.x), top: drawn.top(size) }}
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
