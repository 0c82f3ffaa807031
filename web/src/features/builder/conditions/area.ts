// The shapes of an area, and how one becomes another.
import type { Vocabulary } from '@/api/queries';
import type { Values } from '../tree/types';
import { circle, type Point } from './globe';

export type Near = Values['near']['near'];
export type Shape = 'place' | 'circle' | 'polygon';
type Place = Vocabulary['places'][number];

export const shapeOf = (near: Near): Shape => {
  if ('place' in near) return 'place';
  return 'polygon' in near ? 'polygon' : 'circle';
};

const corner = ([lat, lon]: [number | string, number | string]): Point => ({
  lat: Number(lat),
  lon: Number(lon),
});

export const cornersOf = (near: Near): Point[] =>
  'polygon' in near ? near.polygon.map(corner) : [];

/** The circle that a place or a circle is; null for a polygon, and while numbers are missing. */
export const circleOf = (near: Near, places: Place[]): { centre: Point; km: number } | null => {
  if ('place' in near) {
    const place = places.find(({ name }) => name === near.place);
    return place ? { centre: { lat: place.latitude, lon: place.longitude }, km: place.km } : null;
  }
  if ('polygon' in near) return null;
  const [lat, lon, km] = [Number(near.lat), Number(near.lon), Number(near.km)];
  const sound = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && km > 0 && km <= MOST_KM;
  return near.lat !== '' && near.lon !== '' && sound ? { centre: { lat, lon }, km } : null;
};

/** Half the way around the globe. */
export const MOST_KM = 20_040;
const CORNERS = 6;
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The same area in another shape, as near as it can be. */
export const withShape = (near: Near, shape: Shape, places: Place[]): Near => {
  const { field } = near;
  const round = circleOf(near, places);
  const [first] = places;
  const centre =
    round?.centre ??
    cornersOf(near)[0] ??
    (first ? { lat: first.latitude, lon: first.longitude } : { lat: 0, lon: 0 });
  const km = round?.km ?? 50;
  if (shape === 'place') return { field, place: first?.name ?? '' };
  if (shape === 'circle') return { field, lat: centre.lat, lon: centre.lon, km };
  const outline = circle(centre, km);
  const polygon = Array.from({ length: CORNERS }, (_, place) => {
    const point = outline[Math.floor((place * outline.length) / CORNERS)] as Point;
    return [rounded(point.lat), rounded(point.lon)] as [number, number];
  });
  return { field, polygon };
};

const WIDEST = Math.log10(2000);

/** Kilometres on a slider from 0 to 100: each step is the same factor. */
export const kmAt = (position: number): number => {
  const km = 10 ** ((position / 100) * WIDEST);
  return km < 10 ? Math.round(km * 10) / 10 : Math.round(km);
};
export const positionOf = (km: number): number =>
  Math.min(100, Math.max(0, (Math.log10(Math.max(1, km)) / WIDEST) * 100));
