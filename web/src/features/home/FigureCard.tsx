// One number of the first page: large, with its trend behind and how it changed below.
import { Card, Group, Text } from '@mantine/core';
import { IconMinus, IconTrendingDown, IconTrendingUp } from '@tabler/icons-react';
import { ridge, smoothArea, smoothLine } from '@/ui/poster-art';
import classes from './home.module.css';
import { type Figure, figureChange, figureText, trendWords } from './logic';

const SIGN = {
  up: { icon: IconTrendingUp, colour: 'var(--mu-good)' },
  down: { icon: IconTrendingDown, colour: 'var(--mu-warn)' },
  same: { icon: IconMinus, colour: 'var(--mu-dim)' },
} as const;
const TREND = { width: 240, top: 6, bottom: 46 };
const FLOOR = 52;

export function FigureCard({ figure }: { figure: Figure }) {
  const change = figureChange(figure);
  const trend = ridge(
    figure.series.map(({ value }) => value),
    TREND,
  );
  return (
    <Card component="section" aria-label={figure.label} className={classes.figure}>
      <Text c="dimmed" size="sm">
        {figure.label}
      </Text>
      <Text fz={32} fw={800} lh={1.15} className="mu-numbers" data-testid={`figure-${figure.key}`}>
        {figureText(figure)}
      </Text>
      <div className={classes.words}>
        {change && <Against {...change} />}
        {figure.note && (
          <Text size="sm" c="dimmed">
            {figure.note}
          </Text>
        )}
      </div>
      {trend.length > 0 && (
        <svg
          className={classes.trend}
          viewBox={`0 0 ${TREND.width} ${FLOOR}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={trendWords(figure)}
        >
          <path d={smoothArea(trend, FLOOR)} fill="currentColor" opacity="0.12" />
          <path
            d={smoothLine(trend)}
            fill="none"
            stroke="currentColor"
            strokeWidth="1.75"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      )}
    </Card>
  );
}

function Against({ direction, words }: NonNullable<ReturnType<typeof figureChange>>) {
  const { icon: Icon, colour } = SIGN[direction];
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <Icon size={16} color={colour} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
      <Text size="sm">{words}</Text>
    </Group>
  );
}
