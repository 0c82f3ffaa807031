// Who ordered: customers new that day, those who came back, and guests.
import { Skeleton, Text } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { list, plural } from '@/lib/format';
import type { ViewProps } from './DayView';
import { buyerParts } from './logic';
import { Widget } from './Widget';

const BarChart = lazy(() => import('@/ui/chart').then((it) => ({ default: it.BarChart })));
const HEIGHT = 260;

export function Buyers({ today, asked }: ViewProps) {
  const money = asked.measure === 'revenue';
  const categories = useMemo(() => today.customers.map(({ label }) => label), [today]);
  const series = useMemo(
    () => [
      {
        name: money ? 'Revenue' : 'Orders',
        values: today.customers.map(({ orders, revenue }) => (money ? Number(revenue) : orders)),
        colour: 3,
      },
    ],
    [today, money],
  );
  const people = today.customers.flatMap(({ key, customers }) =>
    customers === null
      ? []
      : [`${plural(customers, 'customer')} ${key === 'new' ? 'new' : 'back'}`],
  );
  return (
    <Widget
      name="customers"
      title="New against returning"
      description={`A first order ever, or one of somebody who had ordered before: ${list(people)}.`}
      parts={buyerParts(today, asked.measure)}
      asked={asked}
    >
      <Suspense fallback={<Skeleton height={HEIGHT} />}>
        <BarChart
          title={money ? 'Revenue by kind of customer' : 'Orders by kind of customer'}
          hideTitle
          horizontal
          categories={categories}
          series={series}
          height={HEIGHT}
          currency={money ? today.currency : undefined}
        />
      </Suspense>
      {today.customers.map(({ key, label, definition }) => (
        <Text key={key} size="xs" c="dimmed">
          {label}: {definition}
        </Text>
      ))}
    </Widget>
  );
}
