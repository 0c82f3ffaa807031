// Where a point lies: near a named place, within so many kilometres, or inside an area.
import { Slider } from '@mantine/core';
import { useCanvas } from '../tree/context';
import { eventFields } from '../tree/events';
import type { Leaf, LeafOf } from '../tree/types';
import {
  circleOf,
  cornersOf,
  kmAt,
  MOST_KM,
  type Near,
  positionOf,
  type Shape,
  shapeOf,
  withShape,
} from './area';
import { CornerFields } from './CornerFields';
import { DegreesField } from './DegreesField';
import classes from './Fields.module.css';
import type { Point } from './globe';
import { MiniMap } from './MiniMap';
import { NameSelect } from './NameSelect';
import { NumberField } from './NumberField';
import { useSet } from './set';
import { WordSelect } from './WordSelect';

const SHAPES: { value: Shape; label: string }[] = [
  { value: 'place', label: 'near the place' },
  { value: 'circle', label: 'within a radius' },
  { value: 'polygon', label: 'inside an area' },
];
const spaced = (name: string): string => name.replaceAll('_', ' ');

export function NearEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'near'>;
  const { vocabulary, scope, readOnly } = useCanvas();
  const set = useSet(leaf);
  const { near } = leaf.value;
  const { places } = vocabulary;
  const write = (next: Near, part: string) => set({ near: next }, part);
  const fields = (
    scope.about === 'entity' ? vocabulary.attributes : eventFields(vocabulary, scope.events)
  ).filter(({ type }) => type === 'geo');
  const round = circleOf(near, places);
  const shape = shapeOf(near);

  const move = (at: number, { lat, lon }: Point) => {
    if ('lat' in near) write({ ...near, lat, lon }, 'map');
    if ('polygon' in near)
      write(
        { ...near, polygon: near.polygon.map((one, place) => (place === at ? [lat, lon] : one)) },
        'map',
      );
  };
  return (
    <>
      <NameSelect
        label="Point"
        value={near.field}
        names={fields.map(({ name, label }) => ({ value: name, label }))}
        onChange={(field) => write({ ...near, field }, 'field')}
      />
      <WordSelect
        label="Kind of area"
        value={shape}
        words={places.length || shape === 'place' ? SHAPES : SHAPES.slice(1)}
        onChange={(next) => write(withShape(near, next as Shape, places), 'shape')}
      />
      <span data-value className={classes.flow}>
        {'place' in near && (
          <NameSelect
            label="Place"
            value={near.place}
            names={places.map(({ name, km }) => ({
              value: name,
              label: `${spaced(name)} (${km} km)`,
            }))}
            onChange={(place) => write({ ...near, place }, 'place')}
          />
        )}
        {'lat' in near && <CircleFields near={near} onChange={write} />}
      </span>
      <div className={classes.map}>
        <MiniMap
          label={mapWords(near, round)}
          centre={round?.centre}
          km={round?.km}
          corners={shape === 'polygon' ? cornersOf(near) : undefined}
          places={places}
          onMove={shape === 'place' || readOnly ? undefined : move}
        />
        {'polygon' in near && (
          <CornerFields
            corners={near.polygon}
            onChange={(polygon, part) => write({ ...near, polygon }, part)}
          />
        )}
      </div>
    </>
  );
}

const mapWords = (near: Near, round: ReturnType<typeof circleOf>): string =>
  round
    ? `Map: ${round.km} km around latitude ${round.centre.lat}, longitude ${round.centre.lon}`
    : `Map: area with ${cornersOf(near).length} corners`;

type Circle = Extract<Near, { lat: unknown }>;
type CircleProps = { near: Circle; onChange: (near: Near, part: string) => void };

function CircleFields({ near, onChange }: CircleProps) {
  const { vocabulary } = useCanvas();
  const km = Number(near.km);
  const places = vocabulary.places.map(({ name }) => ({ value: name, label: spaced(name) }));
  return (
    <>
      <span className={classes.says}>of</span>
      <NumberField
        label="Radius in kilometres"
        type="number"
        unit="km"
        value={near.km}
        onChange={(next) => onChange({ ...near, km: next ?? '' }, 'km')}
      />
      <Slider
        w={140}
        size="sm"
        color="gray"
        label={null}
        thumbLabel="Radius, slider"
        value={positionOf(km > 0 ? Math.min(km, MOST_KM) : 1)}
        onChange={(position) => onChange({ ...near, km: kmAt(position) }, 'km')}
      />
      <span className={classes.says}>around</span>
      <DegreesField
        label="Latitude"
        most={90}
        value={near.lat}
        onChange={(lat) => onChange({ ...near, lat }, 'lat')}
      />
      <DegreesField
        label="Longitude"
        most={180}
        value={near.lon}
        onChange={(lon) => onChange({ ...near, lon }, 'lon')}
      />
      {places.length > 0 && (
        <NameSelect
          label="Take the point of a place"
          placeholder="from a place…"
          value=""
          names={places}
          onChange={(name) => {
            const place = vocabulary.places.find((one) => one.name === name);
            if (place) onChange({ ...near, lat: place.latitude, lon: place.longitude }, 'centre');
          }}
        />
      )}
    </>
  );
}
