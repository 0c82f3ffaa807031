// The area on a plain map of its own: graticule, named places, and the circle or polygon, whose
// points can be dragged; the fields beside it say the same.
import { type PointerEvent, useRef, useState } from 'react';
import {
  circle,
  gridLines,
  type Point,
  project,
  scaleBar,
  unproject,
  type View,
  viewOf,
} from './globe';
import classes from './MiniMap.module.css';

type Place = { name: string; latitude: number; longitude: number };
type Props = {
  label: string;
  centre?: Point;
  km?: number;
  corners?: Point[];
  places: Place[];
  /** A point was dragged: the centre, or the corner at this place. */
  onMove?: (at: number, point: Point) => void;
};

const SIZE = { width: 300, height: 180 };
const MARGIN = 30;

export function MiniMap({ label, centre, km, corners, places, onMove }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [held, setHeld] = useState<{ at: number; view: View } | null>(null);
  const outline = corners ?? (centre && km ? circle(centre, km) : []);
  const handles = corners ?? (centre ? [centre] : []);
  if (!outline.length) return null;
  // While a point is dragged the map stands still.
  const view = held?.view ?? viewOf(outline, SIZE);
  const at = (point: Point) => project(point, view, SIZE);
  const bar = scaleBar(view, SIZE.width);

  const drag = (event: PointerEvent) => {
    const box = svg.current?.getBoundingClientRect();
    if (!held || !box) return;
    const x = ((event.clientX - box.left) / box.width) * SIZE.width;
    const y = ((event.clientY - box.top) / box.height) * SIZE.height;
    onMove?.(held.at, unproject(x, y, view, SIZE));
  };
  return (
    <svg
      ref={svg}
      className={classes.map}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      role="img"
      aria-label={label}
      onPointerMove={drag}
      onPointerUp={() => setHeld(null)}
    >
      <Grid view={view} />
      <polygon
        className={classes.area}
        points={outline
          .map(at)
          .map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`)
          .join(' ')}
      />
      {places.map((place) => {
        const { x, y } = at({ lat: place.latitude, lon: place.longitude });
        const inside = x > -MARGIN && x < SIZE.width && y > 0 && y < SIZE.height;
        return inside ? (
          <g key={place.name} className={classes.place}>
            <circle cx={x} cy={y} r={2.5} />
            <text x={x + 5} y={y - 4}>
              {place.name.replaceAll('_', ' ')}
            </text>
          </g>
        ) : null;
      })}
      {handles.map((point, place) => {
        const { x, y } = at(point);
        return (
          <circle
            // biome-ignore lint/suspicious/noArrayIndexKey: a corner is its place in the outline
            key={place}
            className={classes.handle}
            data-movable={onMove ? true : undefined}
            cx={x}
            cy={y}
            r={5}
            onPointerDown={(event) => {
              if (!onMove) return;
              event.preventDefault();
              svg.current?.setPointerCapture(event.pointerId);
              setHeld({ at: place, view });
            }}
          />
        );
      })}
      <g className={classes.scale} transform={`translate(8 ${SIZE.height - 8})`}>
        <path d={`M0 -4V0H${bar.pixels}V-4`} />
        <text x={bar.pixels + 5} y={0}>
          {bar.km} km
        </text>
      </g>
    </svg>
  );
}

function Grid({ view }: { view: View }) {
  return (
    <g className={classes.grid}>
      {gridLines(view.south, view.north).map((lat) => {
        const { y } = project({ lat, lon: view.west }, view, SIZE);
        return (
          <g key={`lat${lat}`}>
            <line x1={0} x2={SIZE.width} y1={y} y2={y} />
            <text x={SIZE.width - 3} y={y - 2} textAnchor="end">
              {Math.abs(lat)}°{lat < 0 ? 'S' : 'N'}
            </text>
          </g>
        );
      })}
      {gridLines(view.west, view.east).map((lon) => {
        const { x } = project({ lat: view.south, lon }, view, SIZE);
        return (
          <g key={`lon${lon}`}>
            <line y1={0} y2={SIZE.height} x1={x} x2={x} />
            <text x={x + 2} y={10}>
              {Math.abs(lon)}°{lon < 0 ? 'W' : 'E'}
            </text>
          </g>
        );
      })}
    </g>
  );
}
