// What sold most, by pieces or by revenue.
import { SegmentedControl, Skeleton } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import type { ViewProps } from './DayView';
import { distinctNames, productParts, productsOf, type Ranking } from './logic';
import { Widget } from './Widget';

const BarChart = lazy(() => import('@/ui/chart').then((it) => ({ default: it.BarChart })));
const HEIGHT = 360;

export function Products({ today, asked, onAsk }: ViewProps) {
  const { by } = asked;
  const sold = productsOf(today, by);
  const categories = useMemo(() => distinctNames(sold.map(({ name }) => name)), [sold]);
  const series = useMemo(
    () => [
      {
        name: by === 'revenue' ? 'Revenue' : 'Pieces',
        values: sold.map(({ revenue, quantity }) =>
          by === 'revenue' ? Number(revenue) : quantity,
        ),
        colour: 2,
      },
    ],
    [sold, by],
  );
  return (
    <Widget
      name="products"
      title="Top products"
      description="Of orders neither cancelled nor refunded; credits subtract."
      parts={productParts(today, by)}
      asked={asked}
      controls={
        <SegmentedControl
          size="xs"
          aria-label="Ranked by"
          value={by}
          onChange={(next) => onAsk({ by: next as Ranking })}
          data={[
            { value: 'revenue', label: 'Revenue' },
            { value: 'quantity', label: 'Quantity' },
          ]}
        />
      }
    >
      <Suspense fallback={<Skeleton height={HEIGHT} />}>
        <BarChart
          title={by === 'revenue' ? 'Top products by revenue' : 'Top products by quantity'}
          hideTitle
          horizontal
          categories={categories}
          series={series}
          height={HEIGHT}
          currency={by === 'revenue' ? today.currency : undefined}
        />
      </Suspense>
    </Widget>
  );
}
