// A small flat map: what part of the globe it shows, and where points fall on it.
export type Point = { lat: number; lon: number };
export type View = { south: number; north: number; west: number; east: number };
export type Size = { width: number; height: number };

const EARTH_KM = 6371.0088;
const DEGREE_KM = (Math.PI * EARTH_KM) / 180;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;

/** The point so many kilometres away in a direction (0: north), on the sphere. */
export const away = ({ lat, lon }: Point, km: number, bearing: number): Point => {
  const angle = km / EARTH_KM;
  const [phi, theta] = [radians(lat), radians(bearing)];
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(theta);
  const turned = Math.atan2(
    Math.sin(theta) * Math.sin(angle) * Math.cos(phi),
    Math.cos(angle) - Math.sin(phi) * sine,
  );
  return { lat: degrees(Math.asin(sine)), lon: lon + degrees(turned) };
};

const CIRCLE_STEPS = 48;

/** A circle on the sphere as a line of points. */
export const circle = (centre: Point, km: number): Point[] =>
  Array.from({ length: CIRCLE_STEPS }, (_, step) => away(centre, km, (360 * step) / CIRCLE_STEPS));

/** The part of the globe around some points, with a margin, in the proportions of the map. */
export const viewOf = (points: Point[], { width, height }: Size, margin = 1.5): View => {
  const lats = points.map(({ lat }) => lat);
  const lons = points.map(({ lon }) => lon);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const middle = { lat: (south + north) / 2, lon: (west + east) / 2 };
  // A degree of longitude is shorter away from the equator.
  const narrow = Math.max(0.1, Math.cos(radians(middle.lat)));
  const tall = Math.max(north - south, ((east - west) * narrow * height) / width, 0.02) * margin;
  const wide = (tall * width) / height / narrow;
  return {
    south: middle.lat - tall / 2,
    north: middle.lat + tall / 2,
    west: middle.lon - wide / 2,
    east: middle.lon + wide / 2,
  };
};

export const project = ({ lat, lon }: Point, view: View, { width, height }: Size) => ({
  x: ((lon - view.west) / (view.east - view.west)) * width,
  y: ((view.north - lat) / (view.north - view.south)) * height,
});

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The point of the globe under a place of the map. */
export const unproject = (x: number, y: number, view: View, { width, height }: Size): Point => ({
  lat: round(Math.min(90, Math.max(-90, view.north - (y / height) * (view.north - view.south)))),
  lon: round(Math.min(180, Math.max(-180, view.west + (x / width) * (view.east - view.west)))),
});

const STEPS = [45, 30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01];

/** Round degrees between two, some three to six of them. */
export const gridLines = (low: number, high: number): number[] => {
  const step = STEPS.find((one) => (high - low) / one >= 3) ?? 0.005;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, place) =>
    Number(((first + place) * step).toFixed(4)),
  );
};

/** A round length for the scale bar, at most a third of the map's width. */
export const scaleBar = (view: View, width: number): { km: number; pixels: number } => {
  const middle = radians((view.south + view.north) / 2);
  const whole = (view.east - view.west) * DEGREE_KM * Math.max(0.1, Math.cos(middle));
  const most = whole / 3;
  const power = 10 ** Math.floor(Math.log10(most));
  const km = ([5, 2, 1].find((one) => one * power <= most) ?? 1) * power;
  return { km, pixels: (km / whole) * width };
};
