// What is compared, the regions it falls into, and the rule that says the same as a region.
import type { Schemas } from '@/api/client';
import { count, list } from '@/lib/format';

export type Overlap = Schemas['OverlapMatrixBody'];
export const MOST_COMPARED = 6;
export const FEWEST_COMPARED = 2;
const MOST_SUGGESTED = 6;

/** A segment as it is drawn: its letter and colour are its place among those compared. */
export type Compared = {
  name: string;
  title: string;
  letter: string;
  colour: number;
  size: number;
  id: number;
  version: number;
  asOf: string;
};

/** Those who are in all of `inside` and in none of `outside`. */
export type Region = { key: string; inside: string[]; outside: string[]; size: number };

/** Some people one may make a segment of. */
export type Choice = {
  key: string;
  /** A title for the segment. */
  title: string;
  /** Who they are: "are in …". */
  sentence: string;
  size: number;
  definition: Definition;
};
type Membership = { segment: string };
type Node = Membership | { all: Membership[] } | { any: Membership[] };
export type Definition = { where: Node; exclude?: Membership[] };

/** The names of `?of=a,b,c`: each once, and no more than can be compared. */
export const namesOf = (asked: unknown): string[] => {
  const names = Array.isArray(asked) ? asked.map(String) : String(asked ?? '').split(',');
  const found = names.map((name) => name.trim()).filter(Boolean);
  return [...new Set(found)].slice(0, MOST_COMPARED);
};

export const comparedOf = (overlap: Overlap, titles: ReadonlyMap<string, string>): Compared[] =>
  overlap.segments.map((segment, place) => ({
    name: segment.name,
    title: titles.get(segment.name) ?? segment.name,
    letter: String.fromCharCode('A'.charCodeAt(0) + place),
    colour: place + 1,
    size: segment.row_count,
    id: segment.id,
    version: segment.version,
    asOf: segment.as_of,
  }));

export const regionKey = (inside: string[]): string => `in:${[...inside].sort().join('+')}`;

/** The regions that have members, the largest first, with what each lies outside of. */
export const regionsOf = (overlap: Overlap): Region[] => {
  const names = overlap.segments.map((segment) => segment.name);
  return (overlap.regions ?? []).map(({ segments, row_count }) => ({
    key: regionKey(segments),
    inside: names.filter((name) => segments.includes(name)),
    outside: names.filter((name) => !segments.includes(name)),
    size: row_count,
  }));
};

const membership = (segment: string): Membership => ({ segment });

const where = (names: string[], how: 'all' | 'any'): Node => {
  const [only, ...more] = names.map(membership);
  if (only !== undefined && more.length === 0) return only;
  return (how === 'all' ? { all: names.map(membership) } : { any: names.map(membership) }) as Node;
};

export const definitionOf = (
  inside: string[],
  outside: string[],
  how: 'all' | 'any' = 'all',
): Definition => ({
  where: where(inside, how),
  ...(outside.length > 0 && { exclude: outside.map(membership) }),
});

export const totalOf = (regions: Region[]): number =>
  regions.reduce((sum, region) => sum + region.size, 0);

type Titled = Pick<Compared, 'name' | 'title'>[];
const titlesOf = (compared: Titled, names: string[]): string[] =>
  names.map((name) => compared.find((one) => one.name === name)?.title ?? name);

export const choiceOfRegion = (compared: Titled, region: Region): Choice => {
  const inside = titlesOf(compared, region.inside);
  const outside = titlesOf(compared, region.outside);
  const not = outside.length > 0 ? `, but not in ${listed(outside, 'or')}` : '';
  return {
    key: region.key,
    title: [inside.join(' and '), outside.length > 0 && `not ${outside.join(' or ')}`]
      .filter(Boolean)
      .join(', '),
    sentence: `are in ${list(inside)}${not}`,
    size: region.size,
    definition: definitionOf(region.inside, region.outside),
  };
};

const listed = (titles: string[], word: 'or'): string =>
  titles.length < 2
    ? (titles[0] ?? '')
    : `${titles.slice(0, -1).join(', ')} ${word} ${titles.at(-1)}`;

/** Everyone in any, those in all, and those in one alone. */
export const shortcuts = (compared: Compared[], regions: Region[]): Choice[] => {
  const names = compared.map((one) => one.name);
  const all = regions.find((region) => region.outside.length === 0);
  const titles = titlesOf(compared, names);
  return [
    {
      key: 'any',
      title: titles.join(' or '),
      sentence: `are in ${listed(titles, 'or')}: in any of them`,
      size: totalOf(regions),
      definition: definitionOf(names, [], 'any'),
    },
    choiceOfRegion(compared, all ?? { key: regionKey(names), inside: names, outside: [], size: 0 }),
    ...compared.map(({ name }) => {
      const outside = names.filter((other) => other !== name);
      const own = regions.find((region) => region.key === regionKey([name]));
      const none = { key: regionKey([name]), inside: [name], outside, size: 0 };
      return choiceOfRegion(compared, own ?? none);
    }),
  ];
};

/** Two of them, whatever the others say. */
export const choiceOfPair = (one: Compared, other: Compared, size: number): Choice => ({
  key: `pair:${[one.name, other.name].sort().join('+')}`,
  title: `${one.title} and ${other.title}`,
  sentence: `are in ${one.title} and ${other.title}, whatever else they are in`,
  size,
  definition: definitionOf([one.name, other.name], []),
});

/** All that can be chosen on the page, by key. */
export const choicesOf = (
  overlap: Overlap,
  compared: Compared[],
  regions: Region[],
): Map<string, Choice> => {
  const choices = [...regions.map((region) => choiceOfRegion(compared, region))];
  choices.push(...shortcuts(compared, regions));
  compared.forEach((one, row) => {
    compared.forEach((other, column) => {
      if (row < column)
        choices.push(choiceOfPair(one, other, overlap.intersections[row]?.[column] ?? 0));
    });
  });
  return new Map(choices.map((choice) => [choice.key, choice]));
};

/** "9,200": how many, said with the segment's people. */
export const these = (size: number): string => (size === 1 ? 'this one' : `these ${count(size)}`);

export type Pair = { first: string; second: string; both: number; alike: number };

/** The pairs that are most alike, to begin with; with some chosen, pairs one of them is in. */
export const suggestions = (overlap: Overlap, chosen: string[]): Pair[] => {
  const names = overlap.segments.map((segment) => segment.name);
  const pairs = names.flatMap((first, row) =>
    names.slice(row + 1).map((second, step) => ({
      first,
      second,
      both: overlap.intersections[row]?.[row + 1 + step] ?? 0,
      alike: overlap.jaccard[row]?.[row + 1 + step] ?? 0,
    })),
  );
  return pairs
    .filter((pair) => pair.both > 0 && pair.alike < 1)
    .filter((pair) => chosen.every((name) => [pair.first, pair.second].includes(name)))
    .sort((one, other) => other.alike - one.alike)
    .slice(0, MOST_SUGGESTED);
};
