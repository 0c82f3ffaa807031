// The advertiser's facets: "or" inside one, "and" between them.
import { asList } from '../tree/events';
import { isObject, kept } from '../tree/json';
import type { Values } from '../tree/types';

export type Facets = Values['facets'];
export type FacetName = keyof Facets;
export type Interests = Exclude<NonNullable<Facets['interests']>, string | string[]>;

export const FACETS: Record<FacetName, string> = {
  age_bands: 'Age bands',
  demographics: 'Demographics',
  locations: 'Locations',
  interests: 'Interests',
};

export const BANDS = ['13-17', '18-24', '25-34', '35-44', '45-54', '55-64', '65+'];
const BAND = /^(\d{1,3})(?:-(\d{1,3})|\+)$/;

/** Whether a text is an age band: 25-34, or 65+. */
export const isBand = (text: string): boolean => {
  const found = BAND.exec(text);
  return found !== null && (found[2] === undefined || Number(found[2]) >= Number(found[1]));
};

/** "25-34" -> "25 to 34"; "65+" -> "65 and over". */
export const bandWords = (band: string): string => {
  const found = BAND.exec(band);
  if (!found) return band;
  return found[2] === undefined ? `${found[1]} and over` : `${found[1]} to ${found[2]}`;
};

/** Bands from the youngest on, each once. */
export const sortedBands = (bands: string[]): string[] =>
  [...new Set(bands)].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));

/** Which facets a condition has, also those that say nothing yet. */
export const facetsOf = (facets: Facets): FacetName[] =>
  (Object.keys(FACETS) as FacetName[]).filter((name) => facets[name] !== undefined);

const EMPTY: Required<Facets> = { age_bands: [], demographics: {}, locations: [], interests: [] };
export const withFacet = (facets: Facets, name: FacetName): Facets => ({
  ...facets,
  [name]: structuredClone(EMPTY[name]),
});

/** Interests in their long form. */
export const interestsOf = ({ interests }: Facets): Interests =>
  isObject(interests) ? (interests as Interests) : { any: asList(interests as string[]) };

/** Interests as short as they can be said: a list, if all is "any of". */
export const writtenInterests = (said: Interests): Facets['interests'] => {
  const clean = kept({
    any: asList(said.any).length ? asList(said.any) : undefined,
    all: asList(said.all).length ? asList(said.all) : undefined,
    none: asList(said.none).length ? asList(said.none) : undefined,
    min_affinity: said.min_affinity,
    window: said.window,
  });
  const names = Object.keys(clean);
  if (names.length === 0) return [];
  return names.length === 1 && clean.any ? clean.any : (clean as Interests);
};

/** Whether interests are shown by events, not declared. */
export const isShown = ({ min_affinity, window }: Interests): boolean =>
  min_affinity !== undefined || window !== undefined;
