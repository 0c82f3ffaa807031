// What changing one part of a condition does to the rest of it.
import { describe, expect, it } from 'vitest';
import type { Operators, Vocabulary } from '@/api/queries';
import type { LeafOf } from '../tree/types';
import { circleOf, kmAt, type Near, positionOf, shapeOf, withShape } from './area';
import { bandWords, isBand, sortedBands, writtenInterests } from './facets';
import { circle, gridLines, project, unproject, viewOf } from './globe';
import { comparisonOf, type MetricTest, withComparison } from './measure';
import { verbOf, withVerb } from './membership';
import { type Did, howOf, observedFor, observedOf, withHow } from './occurrence';
import { type Test, withOperator } from './operand';
import { withoutStep, withStepMoved } from './steps';

const takes = { '=': 'one', in: 'many', between: 'range', exists: 'none', in_last: 'duration' };
const operators = {
  items: [
    ...Object.entries(takes).map(([key, form]) => ({ key, takes: form })),
    ...['>=', '<='].map((key) => ({ key, takes: 'one' })),
  ],
} as unknown as Operators;

describe('another operator', () => {
  it.each<[Test, string, Test]>([
    [{ field: 'a', op: '=', value: 3 }, '>=', { field: 'a', op: '>=', value: 3 }],
    [{ field: 'a', op: '=', value: 3 }, 'in', { field: 'a', op: 'in', value: [3] }],
    [{ field: 'a', op: '=', value: 3 }, 'between', { field: 'a', op: 'between', value: [3, ''] }],
    [{ field: 'a', op: 'in', value: [3, 4] }, '=', { field: 'a', op: '=', value: 3 }],
    [{ field: 'a', op: '=', value: 3 }, 'exists', { field: 'a', op: 'exists' }],
    [{ field: 'a', op: '=', value: 3 }, 'in_last', { field: 'a', op: 'in_last', value: 'P30D' }],
    [{ field: 'a', op: 'in_last', value: 'P3D' }, '=', { field: 'a', op: '=' }],
    [
      { field: 'a', op: 'between', value: [1, 2], bounds: '[)' },
      '>=',
      { field: 'a', op: '>=', value: 1 },
    ],
    [{ field: 'a', op: '>=', value_field: 'b' }, '<=', { field: 'a', op: '<=', value_field: 'b' }],
    [{ field: 'a', op: '>=', value_field: 'b' }, 'exists', { field: 'a', op: 'exists' }],
  ])('%j with %s', (test, op, changed) => {
    expect(withOperator(test, op, operators)).toEqual(changed);
  });
});

describe('how often', () => {
  const did: Did = { did: 'view', window: { last: 'P30D' }, distinct: 'day' };
  it.each<[Did, string]>([
    [did, '>='],
    [{ ...did, times: 3 }, '>='],
    [{ ...did, times: { op: '=', n: 0 } }, 'never'],
    [{ ...did, times: { op: 'between', n: [1, 2] } }, 'between'],
    [{ did: 'view', pattern: 'stopped' }, 'stopped'],
  ])('%j is %s', (value, how) => expect(howOf(value)).toBe(how));
  it('leaves out what does not go with a pattern, and gives it a window', () => {
    expect(withHow({ did: 'view', times: 3, distinct: 'day' }, 'first_time')).toEqual({
      did: 'view',
      window: { last: 'P30D' },
      pattern: 'first_time',
    });
  });
  it('has periods of its own for regularly, and no window', () => {
    expect(withHow(did, 'regular')).toEqual({
      did: 'view',
      pattern: 'regular',
      regular: { each: 'P7D', hit: 3, of: 4 },
    });
  });
  it('comes back to plain numbers', () => {
    const never = withHow(did, 'never');
    expect(never).toEqual({ ...did, times: { op: '=', n: 0 } });
    expect(withHow(never, '>=')).toEqual(did);
    expect(withHow(did, 'between').times).toEqual({ op: 'between', n: [1, 2] });
  });
  it.each<[Did['observed'], string]>([
    [undefined, 'model'],
    ['window', 'window'],
    ['P30D', 'length'],
    [{ min: 'P30D', else: 'include' }, 'anyone'],
  ])('absence observed %j is %s', (observed, mode) => {
    const found = observedOf({ did: 'view', observed });
    expect(found.mode).toBe(mode);
    expect(observedOf({ did: 'view', observed: observedFor(found.mode, found.length) }).mode).toBe(
      mode,
    );
  });
});

describe('metrics', () => {
  it('rank by percentile or top, and come back to the number', () => {
    const test: MetricTest = { metric: 'm', op: '>=', value: 5 };
    const top = withComparison(test, 'top_n <=', operators);
    expect(top).toEqual({ metric: 'm', rank: 'top_n', value: 1000 });
    expect(comparisonOf(top)).toBe('top_n <=');
    const share = withComparison(top, 'percentile >=', operators);
    expect(share).toEqual({ metric: 'm', rank: 'percentile', op: '>=', value: 90 });
    expect(withComparison(share, 'value >=', operators)).toEqual({ metric: 'm', op: '>=' });
  });
});

describe('membership', () => {
  const leaf = (value: LeafOf<'segment'>['value'], negated = false): LeafOf<'segment'> => ({
    kind: 'segment',
    id: 'x',
    negated,
    value,
  });
  it.each([
    [leaf({ segment: 's' }), 'in'],
    [leaf({ segment: 's', in: false }), 'not in'],
    [leaf({ segment: 's' }, true), 'not in'],
    [leaf({ segment: 's', in: false }, true), 'in'],
    [leaf({ segment: 's', changed: { exited: { last: 'P1D' } } }), 'exited'],
  ])('%j', (one, verb) => {
    expect(verbOf(one)).toBe(verb);
    const again = leaf(withVerb(one, verbOf(one)));
    expect(verbOf(again)).toBe(verb);
  });
  it('a version does not change, so it goes', () => {
    expect(withVerb(leaf({ segment: 's', version: 3 }), 'entered')).toEqual({
      segment: 's',
      changed: { entered: { last: 'P7D' } },
    });
  });
});

describe('steps of a sequence', () => {
  const steps = [
    { did: 'a' },
    { did: 'b', within: 'P1D' },
    { did: 'c', absent: true, within: 'P2D' },
  ];
  it('change places without their waiting times', () => {
    expect(withStepMoved(steps, 1, -1)).toEqual([
      { did: 'b' },
      { did: 'a', within: 'P1D' },
      steps[2],
    ]);
    expect(withStepMoved(steps, 0, -1)).toBe(steps);
  });
  it('have nothing to wait for when they become the first', () => {
    expect(withoutStep(steps, 0)).toEqual([{ did: 'b' }, steps[2]]);
  });
});

describe('facets', () => {
  it('know age bands', () => {
    expect(['25-34', '65+', '34-25', '25', 'x'].map(isBand)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(sortedBands(['65+', '18-24', '65+'])).toEqual(['18-24', '65+']);
    expect(bandWords('65+')).toBe('65 and over');
  });
  it('say interests as short as they can', () => {
    expect(writtenInterests({ any: ['a'], all: [], none: [] })).toEqual(['a']);
    expect(writtenInterests({ any: [] })).toEqual([]);
    expect(writtenInterests({ any: ['a'], none: ['b'] })).toEqual({ any: ['a'], none: ['b'] });
    expect(writtenInterests({ window: { last: 'P1D' } })).toEqual({ window: { last: 'P1D' } });
  });
});

describe('areas', () => {
  const places = [
    { name: 'sydney', latitude: -33.87, longitude: 151.21, km: 50 },
  ] as Vocabulary['places'];
  const place: Near = { field: 'home', place: 'sydney' };
  it('become one another, as near as can be', () => {
    const round = withShape(place, 'circle', places);
    expect(round).toEqual({ field: 'home', lat: -33.87, lon: 151.21, km: 50 });
    const area = withShape(round, 'polygon', places);
    expect(shapeOf(area)).toBe('polygon');
    expect(shapeOf(withShape(area, 'place', places))).toBe('place');
  });
  it('have no circle while a number is missing or off the globe', () => {
    expect(circleOf({ field: 'home', lat: '', lon: 3, km: 1 }, places)).toBeNull();
    expect(circleOf({ field: 'home', lat: 91, lon: 3, km: 1 }, places)).toBeNull();
    expect(circleOf({ field: 'home', lat: 9, lon: 3, km: 0 }, places)).toBeNull();
  });
  it('slide by factors', () => {
    expect(kmAt(0)).toBe(1);
    expect(kmAt(positionOf(50))).toBe(50);
    expect(positionOf(99_999)).toBe(100);
  });
});

describe('the map', () => {
  const size = { width: 300, height: 180 };
  const centre = { lat: -33.87, lon: 151.21 };
  it('shows a circle as round as it is, and finds points again', () => {
    const outline = circle(centre, 50);
    const view = viewOf(outline, size);
    const drawn = outline.map((point) => project(point, view, size));
    const width = Math.max(...drawn.map(({ x }) => x)) - Math.min(...drawn.map(({ x }) => x));
    const height = Math.max(...drawn.map(({ y }) => y)) - Math.min(...drawn.map(({ y }) => y));
    expect(width / height).toBeCloseTo(1, 1);
    const { x, y } = project(centre, view, size);
    const found = unproject(x, y, view, size);
    expect(found.lat).toBeCloseTo(centre.lat, 3);
    expect(found.lon).toBeCloseTo(centre.lon, 3);
  });
  it('has a few round lines', () => {
    expect(gridLines(-34.45, -33.3)).toEqual([-34.4, -34.2, -34, -33.8, -33.6, -33.4]);
    expect(gridLines(-80, 80).length).toBeLessThan(8);
  });
});
