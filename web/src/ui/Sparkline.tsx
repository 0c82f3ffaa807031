// A line of numbers without axes; it says its first and last number to those who do not see it.
import { count } from '@/lib/format';

type Props = { values: number[]; width?: number; height?: number; label: string };

/** The points of a polyline that fills the box; one value is a level line. */
export const points = (values: number[], width: number, height: number): string => {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = width / Math.max(1, values.length - 1);
  const shown = values.length === 1 ? [values[0] as number, values[0] as number] : values;
  const across = values.length === 1 ? width : step;
  return shown
    .map((value, place) => {
      const y = height - 2 - ((value - low) / span) * (height - 4);
      return `${(place * across).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
};

export function Sparkline({ values, width = 96, height = 28, label }: Props) {
  if (values.length === 0) return null;
  const said = `${label}: ${count(values[0])} to ${count(values.at(-1))} in ${values.length} versions`;
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={said}
    >
      <polyline
        points={points(values, width, height)}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.75}
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
